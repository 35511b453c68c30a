import type { Subscriptions } from '../domain/image-event.ts';
import type { Database } from './database.ts';
import { doubt } from './erasure.ts';
import { tell } from './event-outbox.ts';

/** Deletes an image and what refers to it; its bytes become doubtful. Answers their hash, or null where there was no such image. */
export async function deleteImage(
  database: Database,
  id: string,
  subscriptions: Subscriptions,
): Promise<{ sha256: string } | null> {
  return database.$transaction(async (transaction) => {
    const [deleted] = await transaction.$queryRaw<{ sha256: string; ownerId: string }[]>`
      DELETE FROM images WHERE id = ${id}::uuid RETURNING sha256, owner_id::text AS "ownerId"`;
    if (!deleted) return null;
    await doubt(transaction, [deleted.sha256]);
    await tell(transaction, subscriptions, 'image.deleted', [{ id, ownerId: deleted.ownerId }]);
    return deleted;
  });
}
