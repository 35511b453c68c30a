import type { Database } from './database.ts';
import { idempotencyLifetimeMs } from './message-store.ts';

/**
 * How long requests and events are remembered, so that one offered again has no second effect. Longer than any sender
 * keeps trying.
 */
const memoryMs = 30 * 24 * 60 * 60 * 1_000;

/** Deletes what is remembered for a while only: idempotency keys, dead codes, events taken long ago. */
export async function forgetExpired(database: Database): Promise<void> {
  await database.$executeRaw`
    DELETE FROM idempotency_keys
    WHERE created_at < now() - ${idempotencyLifetimeMs}::double precision * interval '1 millisecond'`;
  await database.$executeRaw`
    DELETE FROM phone_challenges WHERE created_at < now() - ${memoryMs}::double precision * interval '1 millisecond'`;
  await database.$executeRaw`
    DELETE FROM taken_events WHERE taken_at < now() - ${memoryMs}::double precision * interval '1 millisecond'`;
}
