import { type Caller, isId } from '@atrium/service-kit';
import type { Verdict } from './guessing.ts';
import type { JudgeGuess } from './judge-guess.ts';
import { mustBeService } from './policy.ts';
import { phoneVerification } from './purpose.ts';
import type { RecipientHash } from './recipient-hash.ts';
import type { Subjects } from './send-subjects.ts';
import type { UserErrorCode } from './user-error.ts';

/** One code to be checked, for one user and number. */
export interface CheckPhoneVerification {
  readonly userId: string;
  readonly phoneNumber: string;
  readonly code: string;
}

/** Whether the code was accepted, and since when; or why not. */
export interface CheckOutcome {
  readonly userId: string;
  readonly accepted: boolean;
  readonly verifiedAt: Date | null;
  readonly rejection: UserErrorCode | null;
}

/**
 * Makes the action that checks codes against the open challenge of each user and number. The right code is accepted
 * once; the same code again, while it lives, is answered as the first time, so that a lost answer can be asked for again.
 */
export function createCheckPhoneVerification(parts: {
  judgeGuess: JudgeGuess;
  recipientHash: RecipientHash;
  subjects: Subjects;
}) {
  function judge({ userId, phoneNumber, code }: CheckPhoneVerification): Promise<Verdict> | Verdict {
    if (!isId(userId)) return { rejection: 'CODE_NOT_SENT' };
    const boundTo = parts.recipientHash(phoneNumber).toString('base64');
    const key = { userId: userId.toLowerCase(), purpose: phoneVerification, boundTo };
    return parts.judgeGuess({ key, typed: code, again: 'repeatable', places: parts.subjects.placesOf(phoneNumber) });
  }

  return async (caller: Caller, inputs: readonly CheckPhoneVerification[]): Promise<CheckOutcome[]> => {
    mustBeService(caller);
    const verdicts = await Promise.all(inputs.map(judge));
    return inputs.map(({ userId }, index) => toOutcome(userId, verdicts[index] as Verdict));
  };
}

function toOutcome(userId: string, verdict: Verdict): CheckOutcome {
  if ('rejection' in verdict) return { userId, accepted: false, verifiedAt: null, rejection: verdict.rejection };
  return { userId, accepted: true, verifiedAt: verdict.acceptedAt, rejection: null };
}
