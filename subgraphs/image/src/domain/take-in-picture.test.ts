import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { thumbHashToApproximateAspectRatio } from 'thumbhash';
import { animatedGif, bombPng, noise, photographWithMetadata } from '../testing/pictures.ts';
import { createBoundedWork } from './bounded-work.ts';
import { createTakeInPicture, type PictureLimits } from './take-in-picture.ts';

const limits: PictureLimits = { maxBytes: 1_000_000, maxPixels: 1_000_000, maxFrames: 5, decodeTimeoutMs: 20_000 };
const inTurn = createBoundedWork({ running: 1, waiting: 100 });
const takeInPicture = createTakeInPicture(limits, inTurn);
const takeIn = (bytes: Buffer) => takeInPicture({ sizeBytes: bytes.length, read: async () => bytes }, () => 20_000);

describe('every kind of picture', () => {
  test('is stored in a format that every browser shows', async () => {
    const photograph = noise(40, 30);
    const seeThrough = photograph.clone().ensureAlpha(0.5);
    const cases: [Buffer, string][] = [
      [await photograph.jpeg().toBuffer(), 'image/jpeg'],
      [await photograph.png().toBuffer(), 'image/png'],
      [await photograph.gif().toBuffer(), 'image/png'],
      [await photograph.webp().toBuffer(), 'image/jpeg'],
      [await seeThrough.webp().toBuffer(), 'image/webp'],
      [await photograph.avif().toBuffer(), 'image/jpeg'],
      [await seeThrough.avif().toBuffer(), 'image/webp'],
      [await photograph.tiff().toBuffer(), 'image/jpeg'],
      [await photograph.toColourspace('cmyk').jpeg().toBuffer(), 'image/jpeg'],
    ];
    for (const [bytes, contentType] of cases) {
      const picture = await takeIn(bytes);
      expect(picture).toMatchObject({ contentType, width: 40, height: 30 });
      expect(await sharp(picture.bytes).metadata()).toMatchObject({ width: 40, height: 30, space: 'srgb' });
    }
  });

  test('gives the same bytes every time', async () => {
    const photograph = await photographWithMetadata();
    const [one, other] = [await takeIn(photograph), await takeIn(Buffer.from(photograph))];
    expect(one.sha256).toBe(other.sha256);
  });

  test('has a small preview that is upright too', async () => {
    const { thumbhash, width, height } = await takeIn(await photographWithMetadata());
    const hash = Buffer.from(thumbhash, 'base64');
    expect(width).toBeLessThan(height);
    expect(thumbHashToApproximateAspectRatio(hash)).toBeLessThan(1);
    expect(hash.length).toBeLessThan(30);
  });

  test('keeps the first frame of a short animation', async () => {
    expect(await takeIn(await animatedGif(5))).toMatchObject({ width: 4, height: 4, contentType: 'image/png' });
  });
});

describe('a picture that costs too much, or is none', () => {
  const refusalOf = (bytes: Buffer) => takeIn(bytes).catch((error) => error.code);

  test('is refused by its header, before anything is decoded', async () => {
    const wide = await sharp({ create: { width: 17_000, height: 1, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect(await refusalOf(await bombPng())).toBe('IMAGE_TOO_MANY_PIXELS');
    expect(await refusalOf(wide)).toBe('IMAGE_TOO_MANY_PIXELS');
    expect(await refusalOf(await animatedGif(6))).toBe('IMAGE_TOO_MANY_FRAMES');
    expect(await refusalOf(Buffer.alloc(limits.maxBytes + 1))).toBe('IMAGE_TOO_LARGE');
    expect(await refusalOf(Buffer.alloc(0))).toBe('REQUIRED');
  });

  test('is corrupt when it ends early or is damaged in the middle, whatever its kind', async () => {
    for (const format of ['jpeg', 'png', 'gif', 'webp', 'avif', 'tiff'] as const) {
      const bytes = await noise(200, 200).toFormat(format).toBuffer();
      expect([format, await refusalOf(bytes.subarray(0, bytes.length * 0.7))]).toEqual([format, 'IMAGE_CORRUPT']);
    }
    const damaged = await noise(200, 200).png().toBuffer();
    damaged.fill(0, 40_000, 40_100);
    expect(await refusalOf(damaged)).toBe('IMAGE_CORRUPT');
  });

  test('is not allowed when it is no picture, or one whose decoder is not trusted', async () => {
    const svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
    for (const text of [svg, svg.slice(21), '<html>', '%PDF-1.7', '\u0000'.repeat(99), 'BM'.padEnd(99, '\u0000')]) {
      expect([text, await refusalOf(Buffer.from(text))]).toEqual([text, 'IMAGE_TYPE_NOT_ALLOWED']);
    }
  });

  test('cannot pass one kind of bytes off as another', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
    const disguised = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(svg)]);
    expect(await refusalOf(disguised)).toBe('IMAGE_CORRUPT');
    await expect(sharp(Buffer.from(svg)).metadata()).rejects.toThrow('unsupported image format');
  });
});
