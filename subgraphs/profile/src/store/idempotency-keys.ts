import { createBatcher } from '@atrium/service-kit';
import type { IdempotencyFingerprint } from '../domain/idempotency.ts';
import type { NewUser, UsedKey } from '../domain/ports.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';

/** How many keys are removed by one statement. */
const purgeSize = 5_000;

/** A user whom an idempotency key stands for. */
type Keyed = Pick<NewUser, 'id' | 'idempotency'>;

/** Writes down the keys of those who come first with theirs; answers them and all who bring no key. */
export async function claimKeys<User extends Keyed>(
  connection: Connection,
  users: readonly User[],
  lifetimeMs: number,
): Promise<readonly User[]> {
  const keyed = users
    .flatMap(({ id, idempotency }) => (idempotency ? [{ id, ...idempotency }] : []))
    .toSorted((a, b) => (a.keyHash < b.keyHash ? -1 : 1));
  if (keyed.length === 0) return users;
  const claimed = await connection.$queryRaw<{ userId: string }[]>(Prisma.sql`
    INSERT INTO idempotency_keys (client_id, key_hash, payload_hash, user_id, expires_at)
    SELECT client_id, key_hash, payload_hash, user_id, now() + ${lifetimeMs}::float8 * interval '1 millisecond'
    FROM unnest(
      ${keyed.map(({ clientId }) => clientId)}::text[], ${keyed.map(({ keyHash }) => keyHash)}::text[],
      ${keyed.map(({ payloadHash }) => payloadHash)}::text[], ${keyed.map(({ id }) => id)}::uuid[]
    ) AS input (client_id, key_hash, payload_hash, user_id)
    ON CONFLICT (client_id, key_hash) DO UPDATE
      SET payload_hash = EXCLUDED.payload_hash, user_id = EXCLUDED.user_id, expires_at = EXCLUDED.expires_at
      WHERE idempotency_keys.expires_at <= now()
    RETURNING user_id AS "userId"`);
  const first = new Set(claimed.map(({ userId }) => userId));
  return users.filter(({ id, idempotency }) => !idempotency || first.has(id));
}

/** Gives keys back whose users were refused after all: a refusal leaves nothing behind. */
export async function releaseKeys(connection: Connection, users: NewUser[]): Promise<void> {
  const ids = users.flatMap(({ id, idempotency }) => (idempotency ? [id] : []));
  if (ids.length === 0) return;
  await connection.$executeRaw(Prisma.sql`DELETE FROM idempotency_keys WHERE user_id = ANY (${ids}::uuid[])`);
}

/** Gives back the key of a change that was refused after it had been written. */
export async function releaseKey(database: Database, { clientId, keyHash }: IdempotencyFingerprint): Promise<void> {
  await database.idempotencyKey.deleteMany({ where: { clientId, keyHash } });
}

/** Looks keys up; concurrent calls share one query. */
export function createKeyLookup(
  database: Database,
): (fingerprint: IdempotencyFingerprint) => Promise<UsedKey | undefined> {
  return createBatcher(
    async (fingerprints: IdempotencyFingerprint[]) => {
      const rows = await database.$queryRaw<(UsedKey & { clientId: string; keyHash: string })[]>(Prisma.sql`
        SELECT client_id AS "clientId", key_hash AS "keyHash", payload_hash AS "payloadHash", user_id AS "userId"
        FROM idempotency_keys
        JOIN unnest(
          ${fingerprints.map(({ clientId }) => clientId)}::text[], ${fingerprints.map(({ keyHash }) => keyHash)}::text[]
        ) AS asked (client_id, key_hash) USING (client_id, key_hash)
        WHERE expires_at > now()`);
      const found = new Map(rows.map(({ clientId, keyHash, ...used }) => [`${clientId} ${keyHash}`, used]));
      return fingerprints.map(({ clientId, keyHash }) => found.get(`${clientId} ${keyHash}`));
    },
    { maxSize: 500, concurrency: 4 },
  );
}

/** Removes keys whose time is over, a bounded number at once; answers how many. */
export function forgetExpiredKeys(database: Database): Promise<number> {
  return database.$executeRaw(Prisma.sql`
    DELETE FROM idempotency_keys WHERE (client_id, key_hash) IN (
      SELECT client_id, key_hash FROM idempotency_keys WHERE expires_at <= now() LIMIT ${purgeSize}
      FOR UPDATE SKIP LOCKED
    )`);
}
