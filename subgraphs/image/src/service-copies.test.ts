import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { readSeries } from '../../../service-kit/src/testing/prometheus.ts';
import { copyName } from './domain/smaller-copy.ts';
import { noise } from './testing/pictures.ts';
import { type RunningImage, startImage } from './testing/running-image.ts';
import { bytesOf, keptVariants, type StoredPicture, store } from './testing/variants.ts';

let image: RunningImage;
/** Six megapixels, stored as JPEG. */
let photograph: StoredPicture;

beforeAll(async () => {
  image = await startImage({ IMAGE_VARIANT_MEMORY_BYTES: '0' });
  photograph = await store(image, await noise(3_000, 2_000).blur(4).jpeg({ quality: 95 }).toBuffer());
});
afterAll(() => image.stop());

const copies = () => keptVariants(image).files.filter((file) => file.endsWith(copyName));
const variantFiles = () => keptVariants(image).files.filter((file) => !file.endsWith(copyName));
const get = async (variant: object) => bytesOf(await fetch(await photograph.url(variant)));

async function copiedAgain(): Promise<number | undefined> {
  return readSeries(await (await fetch(`${image.url}/metrics`)).text()).get('atrium_image_copies_made_again_total');
}

/** The peak signal-to-noise ratio of a variant against what sharp makes of the stored bytes, in decibels. */
async function likeness(variant: Buffer, width: number, height: number): Promise<number> {
  const one = await sharp(variant).removeAlpha().raw().toBuffer();
  const other = await sharp(photograph.bytes).resize(width, height).raw().toBuffer();
  expect(one.length).toBe(other.length);
  const squares = one.reduce((sum, value, at) => sum + (value - (other[at] ?? 0)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / one.length));
}

test('the upload of a large photograph keeps a smaller copy, without metadata', async () => {
  const [copy] = copies();
  const { width, height, format, exif, icc, xmp } = await sharp(readFileSync(copy as string)).metadata();
  expect({ width, height, format, exif, icc, xmp }).toEqual({ width: 1_024, height: 683, format: 'jpeg' });
});

test.each([
  [{ width: 320, height: 320, format: 'WEBP', quality: 90 }, 320, 320],
  [{ width: 640, format: 'JPEG', quality: 90 }, 640, 427],
])('a small variant %j is made from it, and nobody sees that', async (wish, width, height) => {
  expect(await likeness(await get(wish), width, height)).toBeGreaterThan(35);
  expect(await copiedAgain()).toBe(0);
});

test('a copy that has gone is made again, and the variants are the same to the byte', async () => {
  const wish = { width: 256, height: 256, format: 'WEBP' };
  const before = await get(wish);
  for (const file of keptVariants(image).files) rmSync(file);
  const again = await get(wish);
  expect(again.equals(before)).toBe(true);
  expect([copies().length, variantFiles().length, await copiedAgain()]).toEqual([1, 1, 1]);
});

test.each([
  ['larger', { width: 800, format: 'WEBP' }],
  ['lossless', { width: 320, format: 'PNG' }],
  ['of the highest quality', { width: 320, format: 'JPEG', quality: 100 }],
])('a variant that is %s is made from the original', async (_what, wish) => {
  for (const file of copies()) rmSync(file);
  await get(wish);
  expect(copies()).toEqual([]);
});

test('small pictures have no copy', async () => {
  const before = keptVariants(image).files.length;
  const small = await store(image, await noise(1_600, 1_200).jpeg().toBuffer());
  await bytesOf(await fetch(await small.url({ width: 320, format: 'WEBP' })));
  expect(keptVariants(image).files.length).toBe(before + 1);
  expect(copies()).toEqual([]);
});
