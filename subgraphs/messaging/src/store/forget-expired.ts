import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';
import { idempotencyLifetimeMs } from './message-store.ts';

/**
 * How long requests and events are remembered, so that one offered again has no second effect. Longer than any sender
 * keeps trying.
 */
const memoryMs = 30 * 24 * 60 * 60 * 1_000;

/** What is remembered for a while only: idempotency keys, dead codes, events and news taken long ago, numbers denied for a time. */
const expiring = [
  { table: 'idempotency_keys', since: 'created_at', lifetimeMs: idempotencyLifetimeMs },
  { table: 'phone_challenges', since: 'created_at', lifetimeMs: memoryMs },
  { table: 'taken_events', since: 'taken_at', lifetimeMs: memoryMs },
  { table: 'provider_events', since: 'taken_at', lifetimeMs: memoryMs },
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
