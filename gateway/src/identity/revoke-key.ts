import type { Pool } from 'pg';
import { findKey } from './find-key.ts';
import { type KeyRecord, recordColumns } from './key-record.ts';

/**
 * Revokes a key and notes who did; undefined where there is none. A key revoked before keeps its first time, and the
 * audit trail says nothing new.
 */
export async function revokeKey(pool: Pool, id: string, by: string): Promise<KeyRecord | undefined> {
  const { rows } = await pool.query<KeyRecord>(
    `WITH revoked AS (
       UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING *
     ), event AS (
       INSERT INTO api_key_events (key_id, event, by) SELECT id, 'REVOKED', $2 FROM revoked
     )
     SELECT ${recordColumns} FROM revoked`,
    [id, by],
  );
  // A statement of its own: where another revoked the key a moment ago, the first one cannot see it yet.
  return rows[0] ?? findKey(pool, id);
}
