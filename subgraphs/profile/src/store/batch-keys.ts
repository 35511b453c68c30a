import type { IdempotencyFingerprint } from '../domain/idempotency.ts';
import type { BatchRefusals } from '../domain/ports.ts';
import { toUserErrorCode } from '../domain/user.ts';
import type { Database } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Longer than it takes until its users are saved, whose own keys count from then. */
const marginMs = 60_000;

/**
 * Binds the key of a batch to its payload before anybody is saved, so that two payloads cannot share it, whoever of
 * them comes first to which place. Each repeat prolongs it: it never ends before the keys of its users.
 */
export async function bindBatchKey(
  database: Database,
  { clientId, keyHash, payloadHash }: IdempotencyFingerprint,
  lifetimeMs: number,
): Promise<BatchRefusals | undefined> {
  const [bound] = await database.$queryRaw<{ refusals: Record<string, string> | null }[]>(Prisma.sql`
    INSERT INTO idempotency_keys AS held (client_id, key_hash, payload_hash, expires_at)
    VALUES (${clientId}, ${keyHash}, ${payloadHash}, now() + ${lifetimeMs + marginMs}::float8 * interval '1 millisecond')
    ON CONFLICT (client_id, key_hash) DO UPDATE SET
      payload_hash = EXCLUDED.payload_hash, expires_at = EXCLUDED.expires_at, user_id = NULL,
      refusals = CASE WHEN held.expires_at > now() THEN held.refusals END
    WHERE held.expires_at <= now() OR held.payload_hash = EXCLUDED.payload_hash
    RETURNING refusals`);
  return (
    bound && new Map(Object.entries(bound.refusals ?? {}).map(([at, code]) => [Number(at), toUserErrorCode(code)]))
  );
}

/** Adds to what is remembered already: a repeat that ran at the same time may have met other refusals. */
export async function recordRefusals(
  database: Database,
  { clientId, keyHash }: IdempotencyFingerprint,
  refusals: BatchRefusals,
): Promise<void> {
  await database.$executeRaw(Prisma.sql`
    UPDATE idempotency_keys
    SET refusals = ${JSON.stringify(Object.fromEntries(refusals))}::jsonb || coalesce(refusals, '{}')
    WHERE client_id = ${clientId} AND key_hash = ${keyHash}`);
}
