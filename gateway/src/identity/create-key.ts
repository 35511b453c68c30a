import type { Pool } from 'pg';
import type { KeyEnvironment } from './api-key.ts';
import { creationDetails, type KeyRecord, recordColumns } from './key-record.ts';

/** A key to keep. It expires at a point in time, or so long after now; never where neither is given. */
export interface NewKey {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  /** As hashApiKey gives it. */
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly environment: KeyEnvironment;
  readonly expiresAt: Date | undefined;
  readonly lifetimeSeconds: number | undefined;
  /** Undefined where the gateway's default holds. */
  readonly requestsPerMinute: number | undefined;
  /** Who makes it, for the audit trail. */
  readonly by: string;
}

/** Keeps a key and notes who made it; undefined where it would have expired already. */
export async function createKey(pool: Pool, key: NewKey): Promise<KeyRecord | undefined> {
  const expiry = 'COALESCE($7::timestamptz, now() + make_interval(secs => $8::double precision))';
  const { rows } = await pool.query<KeyRecord>(
    `WITH created AS (
       INSERT INTO api_keys (id, name, client_id, hash, scopes, environment, expires_at, requests_per_minute)
       SELECT $1, $2, $3, decode($4, 'base64'), $5::text[], $6::key_environment, ${expiry}, $9::integer
        WHERE COALESCE(${expiry} > now(), true)
       RETURNING *
     ), event AS (
       INSERT INTO api_key_events (key_id, event, by, details)
       SELECT id, 'CREATED', $10, ${creationDetails} FROM created
     )
     SELECT ${recordColumns} FROM created`,
    [
      key.id,
      key.name,
      key.clientId,
      key.hash,
      key.scopes,
      key.environment,
      key.expiresAt ?? null,
      key.lifetimeSeconds ?? null,
      key.requestsPerMinute ?? null,
      key.by,
    ],
  );
  return rows[0];
}
