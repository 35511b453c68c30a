import type { Database } from './database.ts';
import { doubt } from './erasure.ts';

/** Deletes an image and what refers to it; its bytes become doubtful. Answers their hash, or null where there was no such image. */
export async function deleteImage(database: Database, id: string): Promise<{ sha256: string } | null> {
  return database.$transaction(async (transaction) => {
    const [deleted] = await transaction.$queryRaw<{ sha256: string }[]>`
      DELETE FROM images WHERE id = ${id}::uuid RETURNING sha256`;
    if (!deleted) return null;
    await doubt(transaction, [deleted.sha256]);
    return deleted;
  });
}
