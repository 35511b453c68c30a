import { type Caller, isId } from '@atrium/service-kit';
import type { CodeHashes } from './code-hash.ts';
import { type GuessRules, openGuessing, type Verdict } from './guessing.ts';
import { mustBeService } from './policy.ts';
import type { ChallengeKey, GuessStore } from './ports.ts';
import { phoneVerification } from './purpose.ts';
import type { RecipientHash } from './recipient-hash.ts';
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
  guesses: GuessStore;
  hashes: CodeHashes;
  recipientHash: RecipientHash;
  rules: GuessRules;
  guessWindowMs: number;
}) {
  const { guesses, hashes, rules } = parts;

  return async (caller: Caller, inputs: readonly CheckPhoneVerification[]): Promise<CheckOutcome[]> => {
    mustBeService(caller);
    const keys = inputs.map(
      ({ userId, phoneNumber }): ChallengeKey => ({
        userId: userId.toLowerCase(),
        purpose: phoneVerification,
        boundTo: parts.recipientHash(phoneNumber).toString('base64'),
      }),
    );
    let outcomes: CheckOutcome[] = [];
    await guesses.decide(
      keys.filter(({ userId }) => isId(userId)),
      parts.guessWindowMs,
      (locked) => {
        const guessing = openGuessing(locked, rules, hashes);
        outcomes = inputs.map(({ userId, code }, index) =>
          toOutcome(userId, guessing.judge(keys[index] as ChallengeKey, code, 'repeatable')),
        );
        return guessing.changed();
      },
    );
    return outcomes;
  };
}

function toOutcome(userId: string, verdict: Verdict): CheckOutcome {
  if ('rejection' in verdict) return { userId, accepted: false, verifiedAt: null, rejection: verdict.rejection };
  return { userId, accepted: true, verifiedAt: verdict.acceptedAt, rejection: null };
}
