import type { Database } from './database.ts';

/** How many rows are changed by one statement. */
const pieceSize = 1_000;

/** Erases the hashes of codes that expired so long ago that nobody tries them any more; that they were sent stays known. */
export async function forgetDeadCodes(database: Database, memoryMs: number): Promise<void> {
  let forgotten: number;
  do {
    // By the time of creation as well, which the index knows and which is never later.
    forgotten = await database.$executeRaw`
      UPDATE challenges SET code_hash = NULL, key_id = NULL WHERE id IN (
        SELECT id FROM challenges
        WHERE code_hash IS NOT NULL AND created_at < now() - ${memoryMs}::double precision * interval '1 millisecond'
          AND expires_at < now() - ${memoryMs}::double precision * interval '1 millisecond'
        ORDER BY id LIMIT ${pieceSize} FOR UPDATE SKIP LOCKED)`;
  } while (forgotten === pieceSize);
}
