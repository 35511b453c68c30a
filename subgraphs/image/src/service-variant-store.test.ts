import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUserEvent, newId } from '@atrium/service-kit';
import { afterEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../../service-kit/src/testing/wait-until.ts';
import { noise } from './testing/pictures.ts';
import { type RunningImage, startImage } from './testing/running-image.ts';
import { bytesOf, keptVariants, store, variantsMade } from './testing/variants.ts';

let image: RunningImage;
afterEach(() => image.stop());

const mebibyte = 1024 * 1024;

test('200 requests for a cold variant make one decode, and a later one makes none', async () => {
  image = await startImage();
  const picture = await store(image, await noise(900, 700).jpeg().toBuffer());
  const url = await picture.url({ width: 256, height: 256, format: 'WEBP' });
  const answers = await Promise.all(Array.from({ length: 200 }, async () => bytesOf(await fetch(url))));
  expect(new Set(answers.map((bytes) => bytes.toString('base64'))).size).toBe(1);
  await bytesOf(await fetch(url));
  expect(await variantsMade(image)).toBe(1);
  expect(keptVariants(image).files).toHaveLength(1);
});

test('wishes that come to the same bytes are made once', async () => {
  image = await startImage();
  const picture = await store(image, await noise(300, 300).jpeg().toBuffer());
  for (const wish of [{}, { width: 320 }, { width: 4_096, height: 4_096, fit: 'CONTAIN' }, { height: 800 }]) {
    await bytesOf(await fetch(await picture.url({ ...wish, format: 'JPEG' })));
  }
  expect(await variantsMade(image)).toBe(1);
});

test('what was kept is served by a process that did not make it, and after its memory is full', async () => {
  image = await startImage({ IMAGE_VARIANT_MEMORY_BYTES: '0' });
  const picture = await store(image, await noise(300, 300).jpeg().toBuffer());
  const url = await picture.url({ width: 128, format: 'PNG' });
  const [first, again] = [await bytesOf(await fetch(url)), await bytesOf(await fetch(url))];
  expect([again.equals(first), await variantsMade(image)]).toEqual([true, 1]);
});

test('variants stay within their budget: the least used go, and are made again for whoever asks', async () => {
  image = await startImage({ IMAGE_VARIANT_BYTES: String(2 * mebibyte), IMAGE_VARIANT_MEMORY_BYTES: '0' });
  const urls: string[] = [];
  for (let count = 0; count < 8; count++) {
    const picture = await store(image, await noise(400, 400).png().toBuffer());
    urls.push(await picture.url({ width: 384, format: 'PNG' }));
  }
  const before = await bytesOf(await fetch(urls[0] as string));
  expect(before.length).toBeGreaterThan(mebibyte / 4);
  for (const url of urls) expect((await bytesOf(await fetch(url))).length).toBeGreaterThan(mebibyte / 4);
  await waitUntil(() => keptVariants(image).bytes <= 2 * mebibyte);
  expect(keptVariants(image).files.length).toBeGreaterThan(2);
  const made = await variantsMade(image);
  expect((await bytesOf(await fetch(urls[0] as string))).equals(before)).toBe(true);
  expect(await variantsMade(image)).toBe(made + 1);
});

test('a deleted person takes the variants of their pictures along, those being made included', async () => {
  image = await startImage();
  const picture = await store(image, await noise(900, 900).png().toBuffer());
  const stays = await store(image, await noise(300, 300).png().toBuffer());
  const urls = await Promise.all([64, 128, 256, 384, 512].map((width) => picture.url({ width, format: 'PNG' })));
  const kept = await stays.url({ width: 64 });
  await bytesOf(await fetch(kept));
  await bytesOf(await fetch(urls[0] as string));
  expect(keptVariants(image).files).toHaveLength(2);
  // With nothing under way it is the erasure itself that takes them.
  const quiet = await store(image, await noise(200, 200).png().toBuffer());
  await bytesOf(await fetch(await quiet.url({ width: 32 })));
  const deletionOf = (userId: string) =>
    createUserEvent({ id: newId(), service: 'profile', type: 'user.deleted', userId, version: 2, time: new Date() });
  expect(keptVariants(image).files.some((file) => file.includes(quiet.sha256))).toBe(true);
  expect(await image.tell([deletionOf(quiet.userId)])).toBe(204);
  expect(keptVariants(image).files.some((file) => file.includes(quiet.sha256))).toBe(false);

  const underWay = urls.slice(1).map(async (url) => (await fetch(url)).status);
  expect(await image.tell([deletionOf(picture.userId)])).toBe(204);
  for (const status of await Promise.all(underWay)) expect([200, 404]).toContain(status);

  const after = await Promise.all(urls.map(async (url) => (await fetch(url)).status));
  expect(after).toEqual(urls.map(() => 404));
  const { files } = keptVariants(image);
  expect(files.filter((file) => file.includes(picture.sha256))).toEqual([]);
  expect(files.filter((file) => file.includes(stays.sha256))).toHaveLength(1);
  expect(existsSync(files[0] as string)).toBe(true);
});

test('more than can be made is OVERLOADED at once, and nothing else fails', async () => {
  image = await startImage({ IMAGE_PARALLEL_VARIANTS: '1', IMAGE_WAITING_VARIANTS: '3' });
  const picture = await store(image, await noise(1_200, 1_200).jpeg().toBuffer());
  const sides = [64, 80, 96, 128, 160, 192, 256, 320, 384, 480, 512, 640];
  const urls = await Promise.all(sides.map((width) => picture.url({ width, format: 'WEBP' })));
  const answers = await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(url);
      if (response.status === 200) return { code: 'ok', picture: (await bytesOf(response)).length > 0 };
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      const { status, headers } = response;
      const told = { retryAfter: Number(headers.get('retry-after')) >= 1, cached: headers.get('cache-control') };
      return { code: errors[0]?.extensions.code, status, ...told };
    }),
  );
  const overloaded = answers.filter(({ code }) => code !== 'ok');
  for (const each of overloaded) {
    expect(each).toEqual({ code: 'OVERLOADED', status: 503, retryAfter: true, cached: 'no-store' });
  }
  expect(overloaded.length).toBeGreaterThanOrEqual(4);
  expect(answers.length - overloaded.length).toBeGreaterThanOrEqual(4);
  expect(await variantsMade(image)).toBe(answers.length - overloaded.length);
  // Whoever comes back is served.
  for (const url of urls) expect((await fetch(url)).status).toBe(200);
});

test('what a dead process left half written is cleared, and what a living one writes is not', async () => {
  image = await startImage({ IMAGE_SWEEP_INTERVAL_MS: '100' });
  const [old, fresh] = ['old', 'fresh'].map((name) => join(image.folder, 'variants', 'drafts', name)) as [
    string,
    string,
  ];
  for (const draft of [old, fresh]) writeFileSync(draft, 'half');
  utimesSync(old, new Date(0), new Date(0));
  await waitUntil(() => !existsSync(old));
  expect(existsSync(fresh)).toBe(true);
});
