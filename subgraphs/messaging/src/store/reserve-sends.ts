import type { SendRefusal } from '../domain/admit-sends.ts';
import type { PlannedSend } from '../domain/send-subjects.ts';
import type { Database, Transaction } from './database.ts';
import type { SendDecision, SendLedger } from './send-ledger.ts';

/** How long sends are reserved first after some were refused: the next ones are likely to be refused as well. */
const carefulMs = 1_000;

/** Thrown so that nothing of the transaction stays. */
class SomeRefused extends Error {}

/** Room for sends within a transaction: asked for at both places, and reserved at one of them. */
export interface Reservation {
  /** Before anything is written of them; answers those that there is no room for. */
  first(sends: readonly PlannedSend[]): Promise<ReadonlyMap<string, SendRefusal>>;
  /** Once all is written. */
  last(sends: readonly PlannedSend[]): Promise<void>;
}

/**
 * Runs transactions that send. Sends are reserved last, because what many of them count for is then locked for no longer
 * than a commit takes. Where any is refused all begins anew, and they are reserved before anything is written of them.
 */
export function reservingSends(database: Database, ledger: SendLedger) {
  let carefulUntil = 0;
  const beCareful = () => {
    carefulUntil = performance.now() + carefulMs;
  };

  async function run<T>(work: (tx: Transaction, reserve: Reservation) => Promise<T>, isCareful: boolean): Promise<T> {
    let decision: SendDecision = { refused: new Map(), changes: [] };
    const result = await database.$transaction((tx) =>
      work(tx, {
        async first(sends) {
          if (isCareful) decision = await ledger.reserve(tx, sends);
          return decision.refused;
        },
        async last(sends) {
          if (isCareful) return;
          decision = await ledger.reserve(tx, sends);
          if (decision.refused.size > 0) throw new SomeRefused();
        },
      }),
    );
    if (decision.refused.size > 0) beCareful();
    ledger.tell(decision);
    return result;
  }

  return async <T>(work: (tx: Transaction, reserve: Reservation) => Promise<T>): Promise<T> => {
    try {
      return await run(work, performance.now() < carefulUntil);
    } catch (error) {
      if (!(error instanceof SomeRefused)) throw error;
      beCareful();
      return run(work, true);
    }
  };
}
