import { newId } from '@atrium/service-kit';
import type { Subscriptions } from '../domain/image-event.ts';
import type { EarlierUpload, ImageStore } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { deleteImage } from './delete-image.ts';
import { eraseUnusedPictures, eraseUser, forgetLapsed } from './erasure.ts';
import { createFindImage } from './image-lookup.ts';
import { adoptPictures, findKnownPictures, usedPictures } from './known-pictures.ts';
import { saveImage } from './save-image.ts';

/** For how long what was done is remembered. */
export interface StoreDurations {
  readonly idempotencyMs: number;
  /** How long storing bytes may take before they count as abandoned. */
  readonly reservationMs: number;
}

/** The port's implementation on PostgreSQL. */
export function createImageStore(
  database: Database,
  durations: StoreDurations,
  subscriptions: Subscriptions,
): ImageStore {
  return {
    findImage: createFindImage(database),
    findEarlierUpload: (clientId, keyHmac) => findEarlierUpload(database, clientId, keyHmac),
    reservePicture: (sha256) => reservePicture(database, sha256, durations.reservationMs),
    saveImage: (image, options) =>
      saveImage(database, image, { ...options, subscriptions, idempotencyMs: durations.idempotencyMs }),
    releasePicture: (id, sha256) => releasePicture(database, id, sha256),
    setAvatar: (userId, imageId) => setAvatar(database, userId, imageId),
    async removeAvatar(userId) {
      await database.avatar.deleteMany({ where: { userId } });
    },
    deleteImage: (id) => deleteImage(database, id, subscriptions),
    eraseUser: (event) => eraseUser(database, event, subscriptions),
    eraseUnusedPictures: (eraseBytes, only) => eraseUnusedPictures(database, eraseBytes, only),
    adoptPictures: (hashes) => adoptPictures(database, hashes),
    isPictureUsed: async (sha256) => (await database.image.findFirst({ where: { sha256 } })) !== null,
    usedPictures: () => usedPictures(database),
    forgetLapsed: () => forgetLapsed(database),
    knownPictures: (hashes) => findKnownPictures(database, hashes),
  };
}

/** Finds what a client's key has brought about, unless the key has lapsed. */
export async function findEarlierUpload(
  database: Database,
  clientId: string,
  keyHmac: Buffer,
): Promise<EarlierUpload | null> {
  const live = await database.$queryRaw<{ payload_hmac: Uint8Array; image_id: string }[]>`
    SELECT payload_hmac, image_id FROM idempotency_keys
    WHERE client_id = ${clientId} AND key_hmac = ${new Uint8Array(keyHmac)} AND expires_at > now()`;
  const row = live[0];
  const image = row && (await database.image.findUnique({ where: { id: row.image_id } }));
  return image ? { payloadHmac: Buffer.from(row.payload_hmac), image } : null;
}

async function reservePicture(database: Database, sha256: string, reservationMs: number): Promise<string> {
  const id = newId();
  // The upsert waits for whoever is erasing these very bytes, and begins anew after them.
  await database.$transaction([
    database.$executeRaw`
      INSERT INTO pictures (sha256) VALUES (${sha256})
      ON CONFLICT (sha256) DO UPDATE SET may_be_unused = true`,
    database.$executeRaw`
      INSERT INTO reservations (id, sha256, expires_at)
      VALUES (${id}::uuid, ${sha256}, now() + ${reservationMs} * interval '1 millisecond')`,
  ]);
  return id;
}

async function releasePicture(database: Database, id: string, sha256: string): Promise<void> {
  // A reservation that ran out may have lost its picture's row to a sweep before the file was written; without a row
  // nobody would ever look for the file.
  await database.$transaction([
    database.picture.upsert({ where: { sha256 }, create: { sha256 }, update: { mayBeUnused: true } }),
    database.reservation.deleteMany({ where: { id } }),
  ]);
}

async function setAvatar(database: Database, userId: string, imageId: string): Promise<boolean> {
  // The row lock keeps an erasure from taking the image away before the avatar refers to it.
  const changed = await database.$executeRaw`
    INSERT INTO avatars (user_id, image_id)
    SELECT owner_id, id FROM images WHERE id = ${imageId}::uuid AND owner_id = ${userId}::uuid FOR KEY SHARE
    ON CONFLICT (user_id) DO UPDATE SET image_id = excluded.image_id`;
  return changed === 1;
}
