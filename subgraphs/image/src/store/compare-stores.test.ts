import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@atrium/service-kit';
import { createTestDatabase } from '@atrium/stack';
import { expect, test } from '@jest/globals';
import { compareStores } from '../domain/compare-stores.ts';
import { openFolderStore } from '../providers/folder-store.ts';
import { openDatabase } from './database.ts';
import { createImageStore } from './image-store.ts';

test('rows without bytes are counted and left, bytes without a row are erased', async () => {
  const server = await createTestDatabase('image');
  const database = openDatabase(server.url, 2);
  const folder = mkdtempSync(join(tmpdir(), 'atrium-compare-'));
  const nobody = { 'image.uploaded': [], 'image.deleted': [] };
  const images = createImageStore(database, { idempotencyMs: 1_000, reservationMs: 60_000 }, nobody);
  const pictures = await openFolderStore(folder);
  const [sound, missing, unknown, reserved] = ['aa', 'bb', 'cc', 'dd'].map((pair) => pair.repeat(32)) as [
    string,
    string,
    string,
    string,
  ];
  for (const sha256 of [sound, missing]) {
    const reservationId = await images.reservePicture(sha256);
    const size = { width: 1, height: 1, sizeBytes: 5, contentType: 'image/png', thumbhash: 'AA==', alt: null };
    const options = { reservationId, asAvatar: false, claim: undefined };
    await images.saveImage({ id: newId(), ownerId: newId(), sha256, ...size }, options);
  }
  await images.reservePicture(reserved);
  for (const sha256 of [sound, unknown, reserved]) await pictures.keep(sha256, Buffer.from('bytes'));

  expect(await compareStores(images, pictures)).toEqual({ unknownPictures: 1, missingPictures: 1 });
  const kept = await Promise.all([sound, unknown, reserved].map((sha256) => pictures.has(sha256)));
  expect(kept).toEqual([true, false, true]);
  expect(await database.image.count()).toBe(2);
  expect(await compareStores(images, pictures)).toEqual({ unknownPictures: 0, missingPictures: 1 });

  await database.$disconnect();
  await server.stop();
  rmSync(folder, { recursive: true });
});
