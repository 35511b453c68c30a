import type { TimedAnswer } from './sender.ts';
import { waitFor } from './wait-for.ts';

/** What a load does. */
export interface LoadOptions {
  /** How many requests are under way at a time. */
  clients: number;
  /** Sends the request of this turn; turns count through all clients. */
  send: (turn: number) => Promise<TimedAnswer>;
  /** Whether an answer is right; every answer is where this is left out. */
  judge?: (answer: TimedAnswer, turn: number) => boolean;
}

/** Requests that follow each other without a pause until they are stopped. */
export interface Load {
  /** Every answer so far. */
  readonly answers: readonly TimedAnswer[];
  /** Waits until so many were answered. */
  reached(count: number): Promise<unknown>;
  /** Lets what is under way finish; tells how many were answered and what went wrong. */
  stop(): Promise<{ answered: number; failures: string[] }>;
}

/** Starts a load. */
export function startLoad({ clients, send, judge = () => true }: LoadOptions): Load {
  const answers: TimedAnswer[] = [];
  const failures: string[] = [];
  let turns = 0;
  let stopping = false;

  async function runClient(): Promise<void> {
    while (!stopping) {
      const turn = turns++;
      try {
        const answer = await send(turn);
        answers.push(answer);
        if (!judge(answer, turn)) failures.push(`${answer.status} ${answer.body.slice(0, 300)}`);
      } catch (error) {
        failures.push((error as NodeJS.ErrnoException).code ?? String(error));
      }
    }
  }

  const running = Promise.all(Array.from({ length: clients }, runClient));
  return {
    answers,
    reached: (count) => waitFor(`${count} answers`, () => answers.length >= count, { timeoutMs: 60_000 }),
    async stop() {
      stopping = true;
      await running;
      return { answered: answers.length, failures };
    },
  };
}
