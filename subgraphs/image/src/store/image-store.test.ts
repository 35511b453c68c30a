import { newId, readPage } from '@atrium/service-kit';
import { createTestDatabase } from '@atrium/stack';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { withClient } from '../../../../stack/src/postgres/provision.ts';
import type { NewImage } from '../domain/image.ts';
import { type Database, openDatabase } from './database.ts';
import { createImageReader } from './image-reader.ts';
import { createImageStore } from './image-store.ts';

let server: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
let erased: string[] = [];
const nobody = { 'image.uploaded': [], 'image.deleted': [] };
const durations = { idempotencyMs: 60_000, reservationMs: 60_000 };

const eraseBytes = async (sha256: string): Promise<void> => {
  erased.push(sha256);
};

beforeAll(async () => {
  server = await createTestDatabase('image');
  database = openDatabase(server.url, 10);
});

afterAll(async () => {
  await database.$disconnect();
  await server.stop();
});

function newImage(ownerId = newId(), sha256 = newHash()): NewImage {
  const size = { width: 4, height: 3, sizeBytes: 12 };
  return { id: newId(), ownerId, sha256, contentType: 'image/png', thumbhash: 'AA==', alt: null, ...size };
}

const newHash = () => newId().replaceAll('-', '').padEnd(64, 'a');

async function save(image: NewImage, options: { asAvatar?: boolean; claim?: { key: string; payload: string } } = {}) {
  const store = createImageStore(database, durations, nobody);
  const reservationId = await store.reservePicture(image.sha256);
  const { asAvatar = false, claim } = options;
  const full = claim && {
    clientId: 'client',
    keyHmac: Buffer.from(claim.key),
    payloadHmac: Buffer.from(claim.payload),
  };
  return store.saveImage(image, { reservationId, asAvatar, claim: full });
}

/** The same database, counting the statements that are sent to it. */
function counting(): { database: Database; count: () => number } {
  let statements = 0;
  const counted = database.$extends({
    query: {
      $allOperations({ args, query }) {
        statements++;
        return query(args);
      },
    },
  });
  return { database: counted as unknown as Database, count: () => statements };
}

describe('reads of one request', () => {
  test('cost one query of each kind, however many users there are', async () => {
    const owners = Array.from({ length: 100 }, newId);
    for (const owner of owners.slice(0, 3)) await save(newImage(owner), { asAvatar: true });
    const counted = counting();
    const reader = createImageReader(counted.database);
    const page = readPage({ first: 5 });
    const avatars = await Promise.all(owners.map((id) => reader.avatarOf(id)));
    const pages = await Promise.all(owners.map((id) => reader.imagesOf(id, page)));
    const counts = await Promise.all(owners.map((id) => reader.countOf(id)));
    const images = await Promise.all(owners.map((id) => reader.imageById(id)));
    expect(counted.count()).toBe(4);
    expect(avatars.filter(Boolean)).toHaveLength(3);
    expect([pages.flat().length, counts.filter((count) => count === 1).length]).toEqual([3, 3]);
    expect(images.every((image) => image === null)).toBe(true);
  });
});

describe('bytes', () => {
  test('on their way are erased by nobody until their time is over', async () => {
    const sha256 = newHash();
    const patient = createImageStore(database, durations, nobody);
    const hasty = createImageStore(database, { ...durations, reservationMs: 0 }, nobody);
    const reservation = await patient.reservePicture(sha256);
    erased = [];
    await patient.eraseUnusedPictures(eraseBytes);
    expect(erased).not.toContain(sha256);
    await patient.releasePicture(reservation, sha256);
    await patient.eraseUnusedPictures(eraseBytes);
    expect(erased).toContain(sha256);

    const late = newImage();
    const lapsed = await hasty.reservePicture(late.sha256);
    await hasty.eraseUnusedPictures(eraseBytes);
    const outcome = await hasty.saveImage(late, { reservationId: lapsed, asAvatar: false, claim: undefined });
    expect(outcome).toEqual({ outcome: 'try-again' });
    erased = [];
    // The file may have been written after the sweep: the row comes back, so that the file is found.
    await hasty.releasePicture(lapsed, late.sha256);
    await hasty.eraseUnusedPictures(eraseBytes);
    expect(erased).toEqual([late.sha256]);
  });

  test('are never erased between their reservation and the end of an erasure that waits for it', async () => {
    const [image, again] = [newImage(), newImage()];
    const store = createImageStore(database, durations, nobody);
    await save(image);
    await store.eraseUser({ source: '/profile', id: newId(), userId: image.ownerId });
    const steps: string[] = [];
    let reserving: Promise<string> | undefined;
    await store.eraseUnusedPictures(async (sha256) => {
      if (sha256 !== image.sha256) return;
      reserving = store.reservePicture(sha256).then((id) => {
        steps.push('reserved');
        return id;
      });
      await waitUntilSomebodyWaits();
      steps.push('erased');
    });
    const reservationId = (await reserving) ?? '';
    expect(steps).toEqual(['erased', 'reserved']);
    const saved = await store.saveImage(
      { ...again, sha256: image.sha256 },
      { reservationId, asAvatar: false, claim: undefined },
    );
    expect(saved.outcome).toBe('saved');
  });

  test('that could not be erased are reported and tried again, and do not hold up the others', async () => {
    const owner = newId();
    const hashes = [newHash(), newHash(), newHash()].sort();
    for (const sha256 of hashes) await save(newImage(owner, sha256));
    const store = createImageStore(database, durations, nobody);
    await store.eraseUser({ source: '/profile', id: newId(), userId: owner });
    erased = [];
    const failing = store.eraseUnusedPictures(async (sha256) => {
      if (sha256 === hashes[0]) throw new Error('the disk is away');
      await eraseBytes(sha256);
    });
    await expect(failing).rejects.toThrow('some pictures could not be erased');
    await store.eraseUnusedPictures(eraseBytes);
    expect(erased.sort()).toEqual(hashes);
  });

  test('that two images share stay until the last is gone', async () => {
    const [one, other] = [newImage(), newImage()];
    const shared = { ...other, sha256: one.sha256 };
    await save(one);
    await save(shared);
    const store = createImageStore(database, durations, nobody);
    erased = [];
    for (const { ownerId } of [one, shared]) {
      await store.eraseUser({ source: '/profile', id: newId(), userId: ownerId });
      await store.eraseUnusedPictures(eraseBytes);
      expect(erased).toEqual(ownerId === one.ownerId ? [] : [one.sha256]);
    }
  });
});

describe('an idempotency key', () => {
  test('names the first image until it lapses, and then the next', async () => {
    const first = newImage();
    const key = newId();
    await save(first, { claim: { key, payload: 'one' } });
    const repeated = await save(newImage(first.ownerId), { claim: { key, payload: 'two' } });
    expect(repeated).toMatchObject({ outcome: 'key-used', earlier: { image: { id: first.id } } });
    await database.$executeRaw`UPDATE idempotency_keys SET expires_at = now() WHERE key_hmac = ${new TextEncoder().encode(key)}`;
    const store = createImageStore(database, durations, nobody);
    expect(await store.findEarlierUpload('client', Buffer.from(key))).toBeNull();
    const next = newImage(first.ownerId);
    expect(await save(next, { claim: { key, payload: 'two' } })).toMatchObject({ outcome: 'saved' });
    expect(await store.findEarlierUpload('client', Buffer.from(key))).toMatchObject({ image: { id: next.id } });
    expect(await store.findEarlierUpload('another client', Buffer.from(key))).toBeNull();
  });
});

describe('the erasure of a user', () => {
  test('waits for an image that is being saved, and takes it along', async () => {
    const image = newImage();
    const key = newId();
    const [other, store] = [newImage(), createImageStore(database, durations, nobody)];
    await save(other);
    await withClient(server.url, async (client) => {
      // Another transaction has taken the key, and keeps the image from being saved for as long as it stays open.
      await client.query('BEGIN');
      await client.query(
        `INSERT INTO idempotency_keys (client_id, key_hmac, payload_hmac, image_id, expires_at)
         VALUES ('client', $1, '', $2, now() + interval '1 hour')`,
        [Buffer.from(key), other.id],
      );
      const saving = save(image, { claim: { key, payload: 'one' } });
      await waitUntilSomebodyWaits();
      const erasing = store.eraseUser({ source: '/profile', id: newId(), userId: image.ownerId });
      await Promise.race([erasing, waitUntilSomebodyWaits(2)]);
      await client.query('ROLLBACK');
      expect(await saving).toMatchObject({ outcome: 'saved' });
      await erasing;
    });
    expect(await database.image.count({ where: { ownerId: image.ownerId } })).toBe(0);
    expect(await save(newImage(image.ownerId))).toEqual({ outcome: 'owner-erased' });
  });
});

async function waitUntilSomebodyWaits(sessions = 1): Promise<void> {
  await withClient(server.url, async (client) => {
    for (;;) {
      const { rows } = await client.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      if (rows.length >= sessions) return;
    }
  });
}
