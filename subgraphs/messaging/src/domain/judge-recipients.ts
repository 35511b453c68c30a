import { judgePhoneNumber, type PhoneNumberJudgement, type TypedPhoneNumber } from './judge-phone-number.ts';
import type { PhonePolicy } from './phone-policy.ts';
import type { Suppressions } from './suppressions.ts';

/** Judges numbers that an SMS is to go to: by form and policy, and then by whether they take our messages. In order. */
export async function judgeRecipients(
  inputs: readonly TypedPhoneNumber[],
  { policy, suppressions }: { policy: PhonePolicy; suppressions: Suppressions },
): Promise<PhoneNumberJudgement[]> {
  const judged = inputs.map((input) => judgePhoneNumber(input, policy));
  const valid = judged.flatMap(({ valid, phoneNumber: to }) => (valid && to !== null ? [to] : []));
  const suppressed = await suppressions.isSuppressed(valid.map((to) => ({ channel: 'SMS', to })));
  const refused = new Set(valid.filter((_, index) => suppressed[index]));
  return judged.map((judgement) =>
    judgement.phoneNumber !== null && refused.has(judgement.phoneNumber)
      ? { ...judgement, valid: false, rejection: 'RECIPIENT_SUPPRESSED' }
      : judgement,
  );
}
