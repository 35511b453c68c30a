import type { Pool, PoolClient } from 'pg';
import { creationDetails, type KeyRecord, recordColumns } from './key-record.ts';

/** The key that takes another's place. */
export interface Rotation {
  readonly id: string;
  /** As hashApiKey gives it. */
  readonly hash: string;
  /** How long the old key is good beside the new one, unless it expires before that. */
  readonly overlapSeconds: number;
  /** Who rotates, for the audit trail. */
  readonly by: string;
}

/** What came of a rotation: both keys, or the key that could not be rotated in the state that it is in. */
export type RotationOutcome =
  | { readonly rotated: true; readonly old: KeyRecord; readonly created: KeyRecord }
  | { readonly rotated: false; readonly old: KeyRecord };

/**
 * Gives a key's client a new key that can do the same for as long, and brings the old one's end forward. Only an active
 * key can be rotated, so that of two rotations at once one succeeds. Undefined where there is no such key.
 */
export async function rotateKey(pool: Pool, oldId: string, rotation: Rotation): Promise<RotationOutcome | undefined> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const outcome = await rotateWithin(client, oldId, rotation);
    await client.query('COMMIT');
    client.release();
    return outcome;
  } catch (error) {
    // Closed rather than given back: the server then rolls back, whatever state the connection is in.
    client.release(true);
    throw error;
  }
}

async function rotateWithin(
  client: PoolClient,
  oldId: string,
  { id, hash, overlapSeconds, by }: Rotation,
): Promise<RotationOutcome | undefined> {
  const one = async (sql: string, values: unknown[]): Promise<KeyRecord | undefined> =>
    (await client.query<KeyRecord>(sql, values)).rows[0];

  // Whoever rotates this key at the same time waits here, and then reads what was done.
  const found = await one(`SELECT ${recordColumns} FROM api_keys WHERE id = $1 FOR UPDATE`, [oldId]);
  if (found?.state !== 'active') return found && { rotated: false, old: found };
  const created = await one(
    `INSERT INTO api_keys (id, hash, name, client_id, scopes, environment, expires_at, requests_per_minute)
     SELECT $2, decode($3, 'base64'), name, client_id, scopes, environment, expires_at, requests_per_minute
       FROM api_keys WHERE id = $1
     RETURNING ${recordColumns}`,
    [oldId, id, hash],
  );
  // Times are kept to the millisecond; rounded up, a key without an overlap would hold for one more moment, and the
  // trail would tell of its end before its rotation.
  const old = await one(
    `UPDATE api_keys
        SET replaced_by = $2,
            expires_at = LEAST(expires_at, date_trunc('milliseconds', now()) + make_interval(secs => $3))
      WHERE id = $1
     RETURNING ${recordColumns}`,
    [oldId, id, overlapSeconds],
  );
  await client.query(
    `INSERT INTO api_key_events (key_id, event, at, by, details)
     SELECT id, 'CREATED'::api_key_event_kind, date_trunc('milliseconds', now()), $3,
            ${creationDetails} || jsonb_build_object('rotatedFrom', $1::text)
       FROM api_keys WHERE id = $2
      UNION ALL
     SELECT id, 'ROTATED', date_trunc('milliseconds', now()), $3,
            jsonb_build_object('replacedBy', replaced_by, 'expiresAt', expires_at)
       FROM api_keys WHERE id = $1`,
    [oldId, id, by],
  );
  return old && created && { rotated: true, old, created };
}
