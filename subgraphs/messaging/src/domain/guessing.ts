import type { CodeHashes } from './code-hash.ts';
import type { Guess } from './judge-guess.ts';
import type { ChallengeKey, GuessedChallenge, LockedChallenge, LockedChallenges } from './ports.ts';
import { readCode } from './read-code.ts';
import type { UserErrorCode } from './user-error.ts';

/** How much guessing is borne. */
export interface GuessRules {
  /** Wrong guesses that end a code. */
  readonly maxTries: number;
  /** Guesses at the codes of one recipient within the window, whoever guesses and for whatever code. */
  readonly budget: number;
}

/** What became of a guess. */
export type Verdict =
  | { readonly acceptedAt: Date; readonly challenge: Pick<LockedChallenge, 'id' | 'recipientHash' | 'isTest'> }
  | {
      readonly rejection: Extract<
        UserErrorCode,
        'CODE_WRONG' | 'CODE_EXPIRED' | 'CODE_USED_UP' | 'CODE_NOT_SENT' | 'BUDGET_EXCEEDED'
      >;
    };

/** The challenges of one batch while guesses at them are judged, one after the other. */
export interface Guessing {
  judge(guess: Guess): Verdict;
  /** What the guesses changed, for the store. */
  changed(): LockedChallenges<GuessedChallenge>;
}

type Open<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Judges guesses at challenges that nobody else judges meanwhile. Each comparison is counted before its outcome is
 * known to anyone: against the code, where it was wrong, and against the recipient, whose budget outlives the code.
 */
export function openGuessing(locked: LockedChallenges, rules: GuessRules, hashes: CodeHashes): Guessing {
  const challenges = new Map(
    locked.challenges.map((challenge): [string, Open<GuessedChallenge>] => [nameOf(challenge), { ...challenge }]),
  );
  const recipients = new Map(locked.recipients.map((each) => [each.recipientHash.toString('hex'), { ...each }]));

  function judgeCode(challenge: Open<GuessedChallenge>, code: string, places: Guess['places']): Verdict {
    const { id: challengeId, userId, purpose, recipientHash, acceptedAt } = challenge;
    const recipient = recipients.get(recipientHash.toString('hex'));
    if (!recipient) throw new Error('a challenge was locked without its recipient');
    if (!acceptedAt && !challenge.isTest && recipient.guesses >= rules.budget) return { rejection: 'BUDGET_EXCEEDED' };
    const right = hashes.matches({ challengeId, userId, purpose, recipientHash, code }, challenge);
    // Its key was taken out of use, and with it every code that it had made.
    if (right === undefined) return { rejection: 'CODE_EXPIRED' };
    if (acceptedAt) return repeatCode(challenge, acceptedAt, right);
    if (!challenge.isTest) recipient.guesses++;
    if (!right) {
      challenge.tries++;
      return { rejection: 'CODE_WRONG' };
    }
    if (challenge.expired) return { rejection: 'CODE_EXPIRED' };
    challenge.acceptedAt = challenge.now;
    // Its sending was not counted either.
    challenge.places = challenge.isTest ? [] : places;
    return { acceptedAt: challenge.now, challenge };
  }

  /** To say an accepted code again is no guess. Who says another one does not know it, and has no second word. */
  function repeatCode(challenge: Open<GuessedChallenge>, acceptedAt: Date, right: boolean): Verdict {
    if (right) return challenge.expired ? { rejection: 'CODE_EXPIRED' } : { acceptedAt, challenge };
    challenge.tries = rules.maxTries;
    return { rejection: 'CODE_USED_UP' };
  }

  return {
    judge({ key, typed, again, places }) {
      const challenge = challenges.get(nameOf(key));
      if (!challenge) return { rejection: 'CODE_NOT_SENT' };
      if (challenge.tries >= rules.maxTries) return { rejection: 'CODE_USED_UP' };
      if (challenge.acceptedAt && again === 'once') return { rejection: 'CODE_USED_UP' };
      const code = readCode(typed);
      // What cannot be a code is a slip of the finger and no guess: it costs no try.
      if (code === undefined) return { rejection: 'CODE_WRONG' };
      return judgeCode(challenge, code, places);
    },
    changed: () => ({ challenges: [...challenges.values()], recipients: [...recipients.values()] }),
  };
}

function nameOf({ userId, purpose, boundTo }: ChallengeKey): string {
  return JSON.stringify([userId, purpose, boundTo]);
}
