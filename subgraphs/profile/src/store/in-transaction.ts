import type { Connection, Database } from './client.ts';
import { isGivenUp } from './rolled-back.ts';

const patience = { maxWait: 10_000, timeout: 10_000 };

/** After so many times that PostgreSQL gave it up because of others, the fault is not theirs. */
const maxTries = 5;

/** Does work that PostgreSQL keeps as a whole or not at all, and does it again where it was given up because of others. */
export async function despiteOthers<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isGivenUp(error) || tries === maxTries) throw error;
    }
  }
}

/** Runs work in a transaction, and again where that was given up because of others. */
export function inTransaction<Result>(
  database: Database,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return despiteOthers(() => database.$transaction(work, patience));
}
