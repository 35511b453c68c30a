import type { Caller } from '@atrium/service-kit';
import type { PhoneNumberJudgement, TypedPhoneNumber } from './judge-phone-number.ts';
import { judgeRecipients } from './judge-recipients.ts';
import type { PhonePolicy } from './phone-policy.ts';
import { mustBeService } from './policy.ts';
import type { Suppressions } from './suppressions.ts';

/**
 * Makes the action by which sister services learn whether codes may be sent to numbers. It knows who replied STOP, so
 * that nobody is created with a number that no code can reach; whoever asks about any number is not told that.
 */
export function createValidatePhoneNumbers(parts: { policy: PhonePolicy; suppressions: Suppressions }) {
  return async (caller: Caller, inputs: readonly TypedPhoneNumber[]): Promise<PhoneNumberJudgement[]> => {
    mustBeService(caller);
    return judgeRecipients(inputs, parts);
  };
}
