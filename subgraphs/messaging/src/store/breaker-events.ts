import { newId } from '@atrium/service-kit';
import type { BreakerChange, BreakerEvent } from '../domain/send-breaker.ts';
import type { Database, Transaction } from './database.ts';

/** How long a subscriber that does not answer may still be told. */
const memoryMs = 7 * 24 * 60 * 60 * 1_000;

/** How many are told at once. */
const batchSize = 100;

/** Our advisory locks' class ("tell"), apart from those of other purposes. */
const lockClass = 0x74656c6c;

/** Writes what happened in the transaction that makes it happen. */
export async function recordBreakerEvents(
  tx: Transaction,
  changes: readonly BreakerChange[],
  byOperator = false,
): Promise<void> {
  if (changes.length === 0) return;
  await tx.breakerEvent.createMany({ data: changes.map((change) => ({ id: newId(), ...change, byOperator })) });
}

/** The latest first. */
export async function findBreakerEvents(database: Database, limit: number): Promise<BreakerEvent[]> {
  const rows = await database.breakerEvent.findMany({
    orderBy: [{ happenedAt: 'desc' }, { id: 'desc' }],
    take: limit,
    omit: { toldTo: true },
  });
  return rows.map((row) => ({ ...row, state: row.state === 'open' ? 'open' : 'closed' }));
}

/**
 * Tells a subscriber what it was not told yet, in the order in which it happened; answers how much that was. Where it
 * rejects, all of it is told again. One process tells a subscriber at a time: another would tell the latest first. The
 * events themselves are not locked, or else a subscriber that does not answer would keep them from all others.
 */
export function tellUntold(
  database: Database,
  subscriber: string,
  deliver: (events: BreakerEvent[]) => Promise<void>,
  timeoutMs: number,
): Promise<number> {
  return database.$transaction(
    async (tx) => {
      const [lock] = await tx.$queryRaw<{ isOurs: boolean }[]>`
        SELECT pg_try_advisory_xact_lock(${lockClass}::int, hashtext(${subscriber})) AS "isOurs"`;
      if (!lock?.isOurs) return 0;
      const events = await tx.$queryRaw<BreakerEvent[]>`
        SELECT id::text AS id, kind, key, state, baseline, sent, verified, by_operator AS "byOperator",
          happened_at AS "happenedAt"
        FROM breaker_events
        WHERE NOT told_to @> ARRAY[${subscriber}::text]
          AND happened_at > now() - ${memoryMs}::double precision * interval '1 millisecond'
        ORDER BY happened_at, id LIMIT ${batchSize}`;
      if (events.length === 0) return 0;
      await deliver(events);
      await tx.$executeRaw`
        UPDATE breaker_events SET told_to = told_to || ${subscriber}::text
        WHERE id = ANY(${events.map(({ id }) => id)}::uuid[])`;
      return events.length;
    },
    { timeout: 2 * timeoutMs + 5_000 },
  );
}
