import { parseDatabaseUrl } from '@atrium/service-kit/database';
import pg from 'pg';
import { createKey, type NewKey } from './create-key.ts';
import { findKey } from './find-key.ts';
import { type KeyEvent, type KeyRecord, recordColumns } from './key-record.ts';
import { revokeKey } from './revoke-key.ts';
import { type Rotation, type RotationOutcome, rotateKey } from './rotate-key.ts';

/** What a gateway needs of a key that holds. */
export interface ValidKey {
  readonly id: string;
  readonly clientId: string;
  /** As hashApiKey gives it. */
  readonly hash: string;
  readonly scopes: string[];
  readonly requestsPerMinute: number | null;
  /** How long it still holds by the database's clock, in milliseconds; null where it never expires. */
  readonly leftMs: number | null;
}

/** The gateway's API keys. */
export interface KeyStore {
  /** Keeps a key; undefined where it would have expired already. */
  create(key: NewKey): Promise<KeyRecord | undefined>;
  find(id: string): Promise<KeyRecord | undefined>;
  list(): Promise<KeyRecord[]>;
  /** Puts a new key in the place of an active one; undefined where there is none. */
  rotate(id: string, rotation: Rotation): Promise<RotationOutcome | undefined>;
  /** Revokes a key; undefined where there is none. A key revoked before keeps its first time. */
  revoke(id: string, by: string): Promise<KeyRecord | undefined>;
  /** A key's audit trail, from the beginning. */
  history(id: string): Promise<KeyEvent[]>;
  /** Those of these keys that hold, in one statement. */
  findValid(ids: readonly string[]): Promise<ValidKey[]>;
  /** Notes for each of these keys how many milliseconds ago it was last used, in one statement. */
  recordUses(agesMs: ReadonlyMap<string, number>): Promise<void>;
  /** Rejects where the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the keys kept in a database. A database that hangs counts as one that is away. */
export function openKeyStore(databaseUrl: string, options: { connections: number; timeoutMs: number }): KeyStore {
  // Few statements, all written by hand: Prisma's client would add its query compiler, tens of megabytes, to every gateway.
  const pool = new pg.Pool({
    ...parseDatabaseUrl(databaseUrl),
    max: options.connections,
    connectionTimeoutMillis: options.timeoutMs,
    query_timeout: options.timeoutMs,
    application_name: 'atrium-gateway',
  });
  // A connection that breaks while nobody uses it is replaced when one is needed.
  pool.on('error', () => undefined);
  return {
    create: (key) => createKey(pool, key),
    find: (id) => findKey(pool, id),
    async list() {
      const { rows } = await pool.query<KeyRecord>(`SELECT ${recordColumns} FROM api_keys ORDER BY created_at, id`);
      return rows;
    },
    rotate: (id, rotation) => rotateKey(pool, id, rotation),
    revoke: (id, by) => revokeKey(pool, id, by),
    history: (id) => findHistory(pool, id),
    findValid: (ids) => findValid(pool, ids),
    recordUses: (agesMs) => recordUses(pool, agesMs),
    async check() {
      await pool.query('SELECT 1');
    },
    close: () => pool.end(),
  };
}

async function findHistory(pool: pg.Pool, id: string): Promise<KeyEvent[]> {
  // Nobody does anything when a key's time runs out: the trail takes that from the key.
  const { rows } = await pool.query<KeyEvent>(
    `SELECT event, at, by, details FROM (
       SELECT id, event::text AS event, at, by, details FROM api_key_events WHERE key_id = $1
        UNION ALL
       SELECT NULL, 'EXPIRED', expires_at, NULL, '{}' FROM api_keys
        WHERE id = $1 AND expires_at <= now() AND COALESCE(expires_at <= revoked_at, true)
     ) AS events ORDER BY at, events.id NULLS LAST`,
    [id],
  );
  return rows;
}

async function findValid(pool: pg.Pool, ids: readonly string[]): Promise<ValidKey[]> {
  const { rows } = await pool.query<ValidKey>(
    `SELECT id, client_id AS "clientId", encode(hash, 'base64') AS hash, scopes,
            requests_per_minute AS "requestsPerMinute",
            (EXTRACT(epoch FROM expires_at - now()) * 1000)::double precision AS "leftMs"
       FROM api_keys
      WHERE id = ANY($1::text[]) AND revoked_at IS NULL AND COALESCE(expires_at > now(), true)`,
    [ids],
  );
  return rows;
}

async function recordUses(pool: pg.Pool, agesMs: ReadonlyMap<string, number>): Promise<void> {
  // The rows are locked in the order of their ids: two gateways that note the same keys at once never deadlock.
  await pool.query(
    `WITH used AS (
       SELECT id, now() - age_ms * interval '1 millisecond' AS used_at
         FROM unnest($1::text[], $2::double precision[]) AS uses (id, age_ms)
         JOIN api_keys USING (id) ORDER BY id FOR NO KEY UPDATE OF api_keys
     )
     UPDATE api_keys SET last_used_at = GREATEST(last_used_at, used_at) FROM used WHERE api_keys.id = used.id`,
    [[...agesMs.keys()], [...agesMs.values()]],
  );
}
