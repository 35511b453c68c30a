import { createBatcher } from '@atrium/service-kit';
import type { CodeHashes } from './code-hash.ts';
import { type GuessRules, openGuessing, type Verdict } from './guessing.ts';
import type { ChallengeKey, GuessStore } from './ports.ts';
import type { SendSubject } from './send-subjects.ts';

/** A code as somebody typed it. */
export interface Guess {
  /** Whose `userId` is an id. */
  readonly key: ChallengeKey;
  readonly typed: string;
  /** Whether a code that was accepted is accepted once more, with the first time. */
  readonly again: 'repeatable' | 'once';
  /** The prefix and country that its acceptance counts for. */
  readonly places: readonly SendSubject[];
}

/** Judges a guess for good: what it changed is durable when it answers. */
export type JudgeGuess = (guess: Guess) => Promise<Verdict>;

/** Guesses that come at once share a transaction, so that a flood of them costs little more than one. */
export function createJudgeGuess(parts: {
  guesses: GuessStore;
  hashes: CodeHashes;
  rules: GuessRules;
  guessWindowMs: number;
}): JudgeGuess {
  async function judge(batch: Guess[]): Promise<Verdict[]> {
    let verdicts: Verdict[] = [];
    const keys = batch.map(({ key }) => key);
    await parts.guesses.decide(keys, parts.guessWindowMs, (locked) => {
      const guessing = openGuessing(locked, parts.rules, parts.hashes);
      verdicts = batch.map((guess) => guessing.judge(guess));
      return guessing.changed();
    });
    return verdicts;
  }
  return createBatcher(judge, { maxSize: 1_000, concurrency: 2 });
}
