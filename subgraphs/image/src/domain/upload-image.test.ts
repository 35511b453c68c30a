import { newId } from '@atrium/service-kit';
import { beforeEach, expect, test } from '@jest/globals';
import type { NewImage, Picture } from './image.ts';
import type { Asker, ImageStore, PictureStore, VariantStore } from './ports.ts';
import { createUploadImage } from './upload-image.ts';

// What matters here is when the caller's time is over, which no clock could be made to hit: each step sets it.
let leftMs: number;
let done: string[];
let fetchTimeoutMs: number;
let during: (step: string) => void;

beforeEach(() => {
  leftMs = 5_000;
  done = [];
  during = () => {};
});

function step(name: string): void {
  done.push(name);
  during(name);
}

const picture: Picture = {
  bytes: Buffer.from('bytes'),
  sha256: 'a'.repeat(64),
  width: 1,
  height: 1,
  contentType: 'image/png',
  thumbhash: 'AA==',
  copy: undefined,
};

const images = {
  reservePicture: async () => 'reservation',
  saveImage: async (image: NewImage) => {
    step('save');
    return { outcome: 'saved', image: { ...image, createdAt: new Date(0) } };
  },
  releasePicture: async () => step('release'),
  eraseUnusedPictures: async () => {},
} as unknown as ImageStore;

const uploadImage = createUploadImage({
  images,
  pictures: { keep: async () => step('keep') } as unknown as PictureStore,
  variants: {} as VariantStore,
  takeInPicture: async (_bytes, timeLeftMs) => {
    timeLeftMs();
    step('decode');
    return picture;
  },
  async fetchPicture(_address, { timeoutMs }) {
    fetchTimeoutMs = timeoutMs();
    step('fetch');
    return { sha256: '', sizeBytes: 5, read: async () => picture.bytes, discard: async () => step('discard') };
  },
  maxBytes: 1_000,
  idempotencySecret: Buffer.alloc(32),
  reportFault: () => {},
});

const asker = {
  caller: { kind: 'client', clientId: 'client', scopes: new Set(['image:write']) },
  people: { exists: async () => true },
  images: { refresh: () => {} },
  remainingMs: () => leftMs,
} as unknown as Asker;

const upload = () => uploadImage(asker, { userId: newId(), url: 'https://example.com/asha.jpg' });

test('an upload that can be answered in time is stored', async () => {
  expect((await upload()).userErrors).toEqual([]);
  expect(done).toEqual(['fetch', 'decode', 'discard', 'keep', 'save']);
});

test('a slow address leaves time to decode, to store and to answer', async () => {
  leftMs = 3_000;
  await upload();
  expect(fetchTimeoutMs).toBe(2_000);
});

test.each([
  ['fetch', ['fetch', 'discard']],
  ['decode', ['fetch', 'decode', 'discard']],
  ['keep', ['fetch', 'decode', 'discard', 'keep', 'release']],
])('an upload whose time is over after %s is a TIMEOUT and not stored', async (last, steps) => {
  during = (name) => {
    if (name === last) leftMs = 0;
  };
  await expect(upload()).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(done).toEqual(steps);
});
