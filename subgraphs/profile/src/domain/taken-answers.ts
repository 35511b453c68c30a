import { createKeyedHash } from '@atrium/service-kit';
import type { TakenAnswerStore, TakenSubject } from './ports.ts';

/** Who asked for which number. */
export interface NumberAsked {
  readonly clientId: string;
  /** E.164. */
  readonly phoneNumber: string;
}

/** How long PHONE_NUMBER_TAKEN may not be told, nor anything else that would tell a number that is taken from a free one. */
export interface TakenAnswers {
  /** What this process knows already, in milliseconds; it asks nobody, so that who meets no taken number pays nothing. */
  knownWaitMs(asked: NumberAsked): number | undefined;
  /** Counts that a number was found taken; undefined where it may be told. */
  count(asked: NumberAsked): Promise<number | undefined>;
}

/** How many used up budgets a process remembers. */
const maxKnown = 10_000;

/**
 * PHONE_NUMBER_TAKEN tells who has an account. A number is told about so often a day, and a caller so often an hour, over
 * all processes. Past either every number of that caller, and that number for everybody, is answered alike, whether it is
 * taken or free. A process learns that a budget is used up when it meets the next taken number: until then a free one is
 * still created by it, which is one answer more for each process.
 */
export function createTakenAnswers(store: TakenAnswerStore, hmacKey: Buffer): TakenAnswers {
  const hash = createKeyedHash(hmacKey);
  const known = new Map<string, number>();

  function subjectsOf({ clientId, phoneNumber }: NumberAsked): TakenSubject[] {
    return [
      { kind: 'caller', key: clientId },
      { kind: 'number', key: hash('taken number', phoneNumber).toString('base64url') },
    ];
  }

  function remember(subject: TakenSubject, waitMs: number): void {
    known.delete(nameOf(subject));
    known.set(nameOf(subject), performance.now() + waitMs);
    const [oldest] = known.keys();
    if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
  }

  function waitFor(subject: TakenSubject): number {
    const until = known.get(nameOf(subject));
    if (until === undefined) return 0;
    const waitMs = until - performance.now();
    if (waitMs <= 0) known.delete(nameOf(subject));
    return Math.max(0, waitMs);
  }

  return {
    knownWaitMs(asked) {
      if (known.size === 0) return undefined;
      return Math.max(...subjectsOf(asked).map(waitFor)) || undefined;
    },
    async count(asked) {
      const over = await store.countTaken(subjectsOf(asked));
      for (const { waitMs, ...subject } of over) remember(subject, waitMs);
      return over.length === 0 ? undefined : Math.max(...over.map(({ waitMs }) => waitMs));
    },
  };
}

function nameOf({ kind, key }: TakenSubject): string {
  return `${kind} ${key}`;
}
