import { timingSafeEqual } from 'node:crypto';
import { type Caller, isId, toAsciiDigits } from '@atrium/service-kit';
import type { KeyedHashes } from './code-hash.ts';
import { mustBeService } from './policy.ts';
import type { ChallengeStore, LockedChallenge } from './ports.ts';
import { placesOf, type SendSubject } from './send-subjects.ts';
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

/** A challenge while the checks of one batch go over it. */
type Judged = { -readonly [K in keyof LockedChallenge]: LockedChallenge[K] } & { places?: SendSubject[] };

/**
 * Makes the action that checks codes against the latest challenge of each user and number. The right code is accepted
 * once; the same code again, while it lives, is answered as the first time, so that a lost answer can be asked for again.
 */
export function createCheckPhoneVerification(parts: {
  challenges: ChallengeStore;
  hashes: KeyedHashes;
  maxTries: number;
  prefixDigits: number;
}) {
  const { challenges, hashes, maxTries, prefixDigits } = parts;

  function judge(input: CheckPhoneVerification, challenge: Judged | undefined): CheckOutcome {
    const { userId, phoneNumber } = input;
    if (!challenge) return refused(userId, 'CODE_NOT_SENT');
    if (challenge.tries >= maxTries) return refused(userId, 'CODE_USED_UP');
    const code = toAsciiDigits(input.code.slice(0, 50)).replace(/[\s\p{Pd}\p{Cf}]/gu, '');
    // What cannot be a code is a slip of the finger and no guess: it costs no try.
    if (!/^\d{6}$/.test(code)) return refused(userId, 'CODE_WRONG');
    const hash = hashes.ofCode({ challengeId: challenge.id, userId: challenge.userId, phoneNumber, code });
    if (!timingSafeEqual(hash, challenge.codeHash)) {
      challenge.tries++;
      return refused(userId, 'CODE_WRONG');
    }
    if (challenge.expired) return refused(userId, 'CODE_EXPIRED');
    if (!challenge.verifiedAt) challenge.places = placesOf(phoneNumber, prefixDigits);
    challenge.verifiedAt ??= challenge.now;
    return { userId, accepted: true, verifiedAt: challenge.verifiedAt, rejection: null };
  }

  return async (caller: Caller, inputs: readonly CheckPhoneVerification[]): Promise<CheckOutcome[]> => {
    mustBeService(caller);
    const keys = inputs.map(({ userId, phoneNumber }) => ({
      userId: userId.toLowerCase(),
      numberHash: hashes.ofPhoneNumber(phoneNumber),
    }));
    let outcomes: CheckOutcome[] = [];
    await challenges.decideOnLatest(
      keys.filter(({ userId }) => isId(userId)),
      (locked) => {
        const byKey = new Map(locked.map((challenge): [string, Judged] => [keyOf(challenge), { ...challenge }]));
        outcomes = inputs.map((input, index) => {
          const key = keys[index];
          return judge(input, key && byKey.get(keyOf(key)));
        });
        return [...byKey.values()];
      },
    );
    return outcomes;
  };
}

function keyOf({ userId, numberHash }: { userId: string; numberHash: Buffer }): string {
  return `${userId} ${numberHash.toString('base64')}`;
}

function refused(userId: string, rejection: UserErrorCode): CheckOutcome {
  return { userId, accepted: false, verifiedAt: null, rejection };
}
