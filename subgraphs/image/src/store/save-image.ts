import type { Image, NewImage } from '../domain/image.ts';
import type { Subscriptions } from '../domain/image-event.ts';
import type { IdempotencyClaim, NewImageOptions, SaveOutcome } from '../domain/ports.ts';
import type { Database, Transaction } from './database.ts';
import { tell } from './event-outbox.ts';
import { type ImageRow, toImage } from './image-row.ts';
import { findEarlierUpload } from './image-store.ts';
import { lockUser } from './user-lock.ts';

interface SaveOptions extends NewImageOptions {
  readonly idempotencyMs: number;
  readonly subscriptions: Subscriptions;
}

/** Undoes a transaction whose key another one has taken meanwhile. */
class KeyUsed extends Error {}
/** Undoes a transaction whose upload is in other hands. */
class UploadLost extends Error {}

/** Saves image, avatar and key in one transaction, which ends the reservation of the bytes and the upload. */
export async function saveImage(database: Database, image: NewImage, options: SaveOptions): Promise<SaveOutcome> {
  const { claim } = options;
  try {
    return await database.$transaction((transaction) => save(transaction, image, options));
  } catch (error) {
    if (error instanceof UploadLost) return { outcome: 'try-again' };
    if (!(error instanceof KeyUsed) || !claim) throw error;
    const earlier = await findEarlierUpload(database, claim.clientId, claim.keyHmac);
    return earlier ? { outcome: 'key-used', earlier } : { outcome: 'try-again' };
  }
}

async function save(transaction: Transaction, image: NewImage, options: SaveOptions): Promise<SaveOutcome> {
  await lockUser(transaction, image.ownerId, 'shared');
  if (await transaction.erasedUser.findUnique({ where: { userId: image.ownerId } })) return { outcome: 'owner-erased' };
  const ended = await transaction.$executeRaw`
    DELETE FROM reservations WHERE id = ${options.reservationId}::uuid AND expires_at > now()`;
  if (ended === 0) return { outcome: 'try-again' };
  const { upload } = options;
  // Whoever has taken the upload over by now may bring its image.
  if (upload && (await transaction.imageUpload.deleteMany({ where: upload })).count === 0) throw new UploadLost();
  const saved = await insertImage(transaction, image);
  if (options.claim) await insertKey(transaction, options.claim, image.id, options.idempotencyMs);
  if (options.asAvatar) {
    await transaction.$executeRaw`
      INSERT INTO avatars (user_id, image_id) VALUES (${image.ownerId}::uuid, ${image.id}::uuid)
      ON CONFLICT (user_id) DO UPDATE SET image_id = excluded.image_id`;
  }
  await transaction.picture.update({ where: { sha256: image.sha256 }, data: { mayBeUnused: false } });
  await tell(transaction, options.subscriptions, 'image.uploaded', [saved]);
  return { outcome: 'saved', image: saved };
}

async function insertImage(transaction: Transaction, image: NewImage): Promise<Image> {
  const [row] = await transaction.$queryRaw<ImageRow[]>`
    INSERT INTO images (id, owner_id, sha256, width, height, content_type, size_bytes, thumbhash, alt)
    VALUES (${image.id}::uuid, ${image.ownerId}::uuid, ${image.sha256}, ${image.width}, ${image.height},
      ${image.contentType}, ${image.sizeBytes}, ${image.thumbhash}, ${image.alt})
    RETURNING *`;
  if (!row) throw new Error('an inserted image was not returned');
  return toImage(row);
}

/** Waits for a transaction that claims the same key, and gives way to it where it was committed. */
async function insertKey(
  transaction: Transaction,
  { clientId, keyHmac, payloadHmac }: IdempotencyClaim,
  imageId: string,
  idempotencyMs: number,
): Promise<void> {
  const claimed = await transaction.$executeRaw`
    INSERT INTO idempotency_keys AS claim (client_id, key_hmac, payload_hmac, image_id, expires_at)
    VALUES (${clientId}, ${new Uint8Array(keyHmac)}, ${new Uint8Array(payloadHmac)}, ${imageId}::uuid,
      now() + ${idempotencyMs} * interval '1 millisecond')
    ON CONFLICT (client_id, key_hmac) DO UPDATE
      SET payload_hmac = excluded.payload_hmac, image_id = excluded.image_id, expires_at = excluded.expires_at
      WHERE claim.expires_at <= now()`;
  if (claimed === 0) throw new KeyUsed();
}
