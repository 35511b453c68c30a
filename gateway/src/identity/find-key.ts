import type { Pool } from 'pg';
import { type KeyRecord, recordColumns } from './key-record.ts';

/** The key with this id, in whatever state it is; undefined where there is none. */
export async function findKey(pool: Pool, id: string): Promise<KeyRecord | undefined> {
  const { rows } = await pool.query<KeyRecord>(`SELECT ${recordColumns} FROM api_keys WHERE id = $1`, [id]);
  return rows[0];
}
