import type { Database } from './database.ts';

/** How many rows are changed by one statement. */
const pieceSize = 1_000;

/** Erases the texts of messages that failed long ago: they cannot be replayed any more. */
export async function forgetFailedTexts(database: Database, lifetimeMs: number): Promise<void> {
  let forgotten: number;
  do {
    forgotten = await database.$executeRaw`
      UPDATE messages SET sealed = NULL WHERE id IN (
        SELECT id FROM messages
        WHERE status = 'FAILED' AND sealed IS NOT NULL
          AND failed_at < now() - ${lifetimeMs}::double precision * interval '1 millisecond'
        ORDER BY id LIMIT ${pieceSize} FOR UPDATE SKIP LOCKED)`;
  } while (forgotten === pieceSize);
}
