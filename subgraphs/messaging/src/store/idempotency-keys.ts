import type { IdempotencyClaim } from '../domain/ports.ts';
import type { Transaction } from './database.ts';
import { Prisma } from './generated/client.ts';

/** How long an idempotency key is remembered, in milliseconds. */
export const idempotencyLifetimeMs = 24 * 60 * 60 * 1_000;

const lifetime = Prisma.sql`${idempotencyLifetimeMs}::double precision * interval '1 millisecond'`;

/** Something that is made for a user by a request with a key: a message or a code. */
export interface Made {
  readonly id: string;
  readonly userId: string;
  readonly claim: IdempotencyClaim;
}

/** What a live key stands for. */
export interface HeldKey {
  readonly madeId: string;
  readonly isSameInput: boolean;
}

/**
 * Takes keys for what is made; answers the ids of what has its key, the others being held by something else. Waits for
 * whoever is taking one just now: in one order, so that two batches cannot wait for each other in a circle.
 */
export async function takeKeys(tx: Transaction, made: readonly Made[]): Promise<Set<string>> {
  // One statement takes a key once.
  const first = new Map<string, object>();
  for (const { id, userId, claim } of made) {
    const { clientId, key, inputHash } = claim;
    const place = JSON.stringify([clientId, key]);
    if (!first.has(place)) first.set(place, { clientId, key, inputHash: inputHash.toString('base64'), userId, id });
  }
  if (first.size === 0) return new Set();
  const taken = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO idempotency_keys AS held (client_id, key, input_hash, user_id, message_id)
    SELECT k."clientId", k.key, decode(k."inputHash", 'base64'), k."userId", k.id
    FROM json_to_recordset(${JSON.stringify([...first.values()])}::json) AS k(
      "clientId" text, key text, "inputHash" text, "userId" uuid, id uuid)
    ORDER BY 1, 2
    ON CONFLICT (client_id, key) DO UPDATE
      SET input_hash = excluded.input_hash, user_id = excluded.user_id, message_id = excluded.message_id, created_at = now()
      WHERE held.created_at < now() - ${lifetime}
    RETURNING message_id::text AS id`;
  return new Set(taken.map(({ id }) => id));
}

/** Gives back a key that was taken in this transaction, because nothing is made after all. */
export async function giveBackKey(tx: Transaction, { id, claim }: Made): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM idempotency_keys
    WHERE client_id = ${claim.clientId} AND key = ${claim.key} AND message_id = ${id}::uuid`;
}

/** What live keys stand for, in order; undefined where nobody holds the key. */
export async function findKeys(tx: Transaction, claims: readonly IdempotencyClaim[]): Promise<(HeldKey | undefined)[]> {
  if (claims.length === 0) return [];
  const rows = await tx.$queryRaw<{ clientId: string; key: string; inputHash: Uint8Array; madeId: string }[]>`
    SELECT client_id AS "clientId", key, input_hash AS "inputHash", message_id::text AS "madeId"
    FROM idempotency_keys JOIN unnest(${claims.map(({ clientId }) => clientId)}::text[], ${claims.map(({ key }) => key)}::text[])
      AS asked(client_id, key) USING (client_id, key)
    WHERE created_at >= now() - ${lifetime}`;
  return claims.map(({ clientId, key, inputHash }) => {
    const held = rows.find((row) => row.clientId === clientId && row.key === key);
    return held && { madeId: held.madeId, isSameInput: inputHash.equals(held.inputHash) };
  });
}
