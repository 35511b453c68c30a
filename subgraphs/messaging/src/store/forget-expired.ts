import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';
import { idempotencyLifetimeMs } from './idempotency-keys.ts';

/**
 * How long requests and events are remembered, so that one offered again has no second effect. Longer than any sender
 * keeps trying.
 */
const memoryMs = 30 * 24 * 60 * 60 * 1_000;

/** How long a count of sends is kept after the last one. */
const countsMemoryMs = 7 * 24 * 60 * 60 * 1_000;

/** How long the developer inbox shows a message. */
const inboxMemoryMs = 7 * 24 * 60 * 60 * 1_000;

/** What is remembered for a while only: idempotency keys, how requests for codes were answered, what counted against numbers, old events. */
const expiring = [
  { table: 'idempotency_keys', since: 'created_at', lifetimeMs: idempotencyLifetimeMs },
  { table: 'challenges', since: 'created_at', lifetimeMs: memoryMs },
  { table: 'recipient_limits', since: 'touched_at', lifetimeMs: memoryMs },
  // Longer than any budget's window; a breaker that is open is forgotten as well where nobody asks for so long.
  { table: 'send_counts', since: 'counted_at', lifetimeMs: countsMemoryMs },
  { table: 'breaker_events', since: 'happened_at', lifetimeMs: memoryMs },
  { table: 'postponed_sends', since: 'postponed_at', lifetimeMs: memoryMs },
  { table: 'taken_events', since: 'taken_at', lifetimeMs: memoryMs },
  { table: 'provider_events', since: 'taken_at', lifetimeMs: memoryMs },
  // Of development only.
  { table: 'developer_inbox', since: 'created_at', lifetimeMs: inboxMemoryMs },
  { table: 'denied_numbers', since: 'expires_at', lifetimeMs: 0 },
];

/** How many rows are deleted by one statement. */
const deleteSize = 5_000;

/** Deletes what is remembered no longer, piece by piece; what another process is deleting is left to it. */
export async function forgetExpired(database: Database): Promise<void> {
  for (const { table, since, lifetimeMs } of expiring) {
    const rows = Prisma.raw(table);
    const some = Prisma.sql`
      DELETE FROM ${rows} WHERE ctid IN (
        SELECT ctid FROM ${rows}
        WHERE ${Prisma.raw(since)} < now() - ${lifetimeMs}::double precision * interval '1 millisecond'
        LIMIT ${deleteSize} FOR UPDATE SKIP LOCKED
      )`;
    while ((await database.$executeRaw(some)) === deleteSize);
  }
}
