import type { PrismaClient } from './generated/client.ts';
import { type KeyRecord, recordColumns } from './key-record.ts';

/**
 * Revokes a key and notes who did; undefined where there is none. A key revoked before keeps its first time, and the
 * audit trail says nothing new.
 */
export async function revokeKey(prisma: PrismaClient, id: string, by: string): Promise<KeyRecord | undefined> {
  const [revoked] = await prisma.$queryRaw<KeyRecord[]>`
    WITH revoked AS (
      UPDATE api_keys SET revoked_at = now() WHERE id = ${id} AND revoked_at IS NULL RETURNING *
    ), event AS (
      INSERT INTO api_key_events (key_id, event, by) SELECT id, 'REVOKED', ${by} FROM revoked
    )
    SELECT ${recordColumns} FROM revoked`;
  if (revoked) return revoked;
  // A statement of its own: where another revoked the key a moment ago, the first one cannot see it yet.
  const [before] = await prisma.$queryRaw<KeyRecord[]>`SELECT ${recordColumns} FROM api_keys WHERE id = ${id}`;
  return before;
}
