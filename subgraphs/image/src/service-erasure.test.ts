import { readdirSync } from 'node:fs';
import { createUserEvent, newId } from '@atrium/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { noise } from './testing/pictures.ts';
import { type RunningImage, startImage, uploadImage } from './testing/running-image.ts';

let image: RunningImage;

beforeAll(async () => {
  image = await startImage();
});

beforeEach(() => {
  image.profile.whileAsked = async () => {};
});

afterAll(() => image.stop());

async function picture(): Promise<string> {
  return (await noise(16, 16).png().toBuffer()).toString('base64');
}

async function upload(input: object) {
  const { data, errors } = await image.query(uploadImage, { input });
  expect(errors).toEqual([]);
  return data.uploadImage;
}

const deletionOf = (userId: string, service = 'profile') =>
  createUserEvent({ id: newId(), service, type: 'user.deleted', userId, time: new Date(), version: 2 });

function storedFiles(): string[] {
  const entries = readdirSync(image.folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe('a deleted user', () => {
  test('leaves neither rows nor files, and the same bytes of somebody else stay', async () => {
    const [erased, other] = [image.newUser(), image.newUser()];
    const [shared, own] = [await picture(), await picture()];
    const kept = (await upload({ userId: other, base64: shared, asAvatar: true })).image;
    await upload({ userId: erased, base64: shared, asAvatar: true, idempotencyKey: newId() });
    const gone = (await upload({ userId: erased, base64: own })).image;
    const event = deletionOf(erased);
    const statuses = [await image.tell([event]), await image.tell([event, deletionOf(newId())])];

    expect(statuses).toEqual([204, 204]);
    expect(storedFiles()).toEqual([kept.sha256]);
    expect((await fetch(image.local(kept.url))).status).toBe(200);
    expect((await fetch(image.local(gone.url))).status).toBe(404);
    const counts = await Promise.all((['images', 'pictures', 'avatars', 'idempotency_keys'] as const).map(image.count));
    expect(counts).toEqual([1, 1, 1, 0]);
  });

  test('is erased only at the word of Profile', async () => {
    const userId = image.newUser();
    const { id } = (await upload({ userId, base64: await picture() })).image;
    const posing = await image.tell([deletionOf(userId)], 'messaging');
    const speaking = await image.tell([deletionOf(userId, 'messaging')], 'messaging');
    const { data } = await image.query(`{ image(id: "${id}") { id } }`);
    expect([posing, speaking, data.image]).toEqual([400, 204, { id }]);
  });

  test('gets nothing from an upload that was on its way', async () => {
    const userId = image.newUser();
    const before = [storedFiles().length, await image.count('images'), await image.count('pictures')];
    image.profile.whileAsked = async () => {
      expect(await image.tell([deletionOf(userId)])).toBe(204);
    };
    const { userErrors } = await upload({ userId, base64: await picture(), asAvatar: true });
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'userId'] }]);
    expect([storedFiles().length, await image.count('images'), await image.count('pictures')]).toEqual(before);
    expect(await image.count('reservations')).toBe(0);
  });
});

describe('an idempotency key', () => {
  test('stores one image, however many retries come and however close together', async () => {
    const input = { userId: image.newUser(), base64: await picture(), idempotencyKey: newId() };
    const before = await image.count('images');
    const together = await Promise.all(Array.from({ length: 8 }, () => upload(input)));
    const later = await upload(input);
    expect(new Set([...together, later].map((payload) => payload.image?.id)).size).toBe(1);
    expect(await image.count('images')).toBe(before + 1);
    expect(await image.count('reservations')).toBe(0);
  });

  test('is refused for another picture, another user and another text', async () => {
    const userId = image.newUser();
    const input = { userId, base64: await picture(), idempotencyKey: newId() };
    await upload(input);
    for (const other of [{ base64: await picture() }, { userId: image.newUser() }, { alt: 'x' }, { asAvatar: true }]) {
      const { image: stored, userErrors } = await upload({ ...input, ...other });
      expect([stored, userErrors[0]?.code]).toEqual([null, 'IDEMPOTENCY_CONFLICT']);
    }
  });
});

describe('the same bytes', () => {
  test('are never lost while some users with them come and others go', async () => {
    const base64 = await picture();
    const rounds = Array.from({ length: 12 }, async (_, round) => {
      const userId = image.newUser();
      const { image: stored } = await upload({ userId, base64 });
      if (round % 3 !== 0) expect(await image.tell([deletionOf(userId)])).toBe(204);
      return round % 3 === 0 ? stored.url : undefined;
    });
    const urls = (await Promise.all(rounds)).filter((url) => url !== undefined);
    const statuses = await Promise.all(urls.map(async (url) => (await fetch(image.local(url))).status));
    expect(statuses).toEqual([200, 200, 200, 200]);
  });
});
