import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '@atrium/service-kit';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { noise } from './testing/pictures.ts';
import { type Answer, type RunningImage, startImage, uploadImage } from './testing/running-image.ts';

let image: RunningImage;

beforeAll(async () => {
  image = await startImage({ IMAGE_COMPARE_INTERVAL_MS: '100' });
});

afterAll(() => image.stop());

const deleteImage = `mutation ($input: DeleteImageInput!) {
  deleteImage(input: $input) { deletedImageId userErrors { code field } }
}`;

async function upload(base64: string, options: { userId?: string; asAvatar?: boolean } = {}) {
  const answer = await image.query(uploadImage, { input: { userId: image.newUser(), base64, ...options } });
  expect([answer.errors, answer.data.uploadImage.userErrors]).toEqual([[], []]);
  return answer.data.uploadImage.image as { id: string; sha256: string; url: string; owner: { id: string } };
}

const remove = (id: string, scopes?: string[]): Promise<Answer> => image.query(deleteImage, { input: { id } }, scopes);

const picture = async () => (await noise(16, 16).png().toBuffer()).toString('base64');

function storedFiles(): string[] {
  const entries = readdirSync(image.folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const statusOf = async (url: string) => (await fetch(image.local(url))).status;

describe('a deleted image', () => {
  test('is gone with its bytes, its address, the avatar that it was and the key that brought it', async () => {
    const { id, url, owner } = await upload(await picture(), { asAvatar: true });
    expect(await statusOf(url)).toBe(200);
    expect((await remove(id.toUpperCase())).data.deleteImage).toEqual({ deletedImageId: id, userErrors: [] });
    expect([await statusOf(url), storedFiles()]).toEqual([404, []]);
    const { data } = await image.query(
      'query ($id: ID!, $user: _Any!) { image(id: $id) { id } _entities(representations: [$user]) { ... on User { avatar { id } images { totalCount } } } }',
      { id, user: { __typename: 'User', id: owner.id } },
    );
    expect(data).toEqual({ image: null, _entities: [{ avatar: null, images: { totalCount: 0 } }] });
    const notFound = { deletedImageId: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'id'] }] };
    for (const other of [id, newId(), 'no id\u0000']) expect((await remove(other)).data.deleteImage).toEqual(notFound);
  });

  test('goes only at the word of a caller with image:write', async () => {
    const { id, url } = await upload(await picture());
    const { data, errors } = await remove(id, ['image:read']);
    expect([data.deleteImage, errors[0]?.extensions.code]).toEqual([null, 'UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(await statusOf(url)).toBe(200);
    await remove(id);
  });
});

test('the photo of 50 users at once is stored once, served while one of them has it, and gone with the last', async () => {
  const base64 = await picture();
  const images = await Promise.all(Array.from({ length: 50 }, () => upload(base64)));
  const [last, ...others] = images;
  if (!last) throw new Error('nothing was uploaded');
  expect([new Set(images.map(({ id }) => id)).size, storedFiles()]).toEqual([50, [last.sha256]]);

  const answers = await Promise.all(others.map(({ id }) => remove(id)));
  expect(answers.map(({ data }) => data.deleteImage.deletedImageId)).toEqual(others.map(({ id }) => id));
  expect([await statusOf(last.url), storedFiles()]).toEqual([200, [last.sha256]]);
  expect(await Promise.all(others.map(({ url }) => statusOf(url)))).toEqual(others.map(() => 404));

  await remove(last.id);
  expect([await statusOf(last.url), storedFiles(), await image.count('pictures')]).toEqual([404, [], 0]);
});

test('uploads and deletions of the same photo at once never leave an image without its bytes', async () => {
  const base64 = await picture();
  const kept: { url: string }[] = [];
  await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      const uploaded = await upload(base64);
      if (index % 3 === 0) kept.push(uploaded);
      else await remove(uploaded.id);
    }),
  );
  expect(await Promise.all(kept.map(({ url }) => statusOf(url)))).toEqual(kept.map(() => 200));
  expect(storedFiles()).toHaveLength(1);
});

test('bytes that nobody knows are erased, and those of images stay', async () => {
  const { id, sha256, url } = await upload(await picture());
  const unknown = 'ab'.repeat(32);
  mkdirSync(join(image.folder, 'ab', 'ab'), { recursive: true });
  writeFileSync(join(image.folder, 'ab', 'ab', unknown), 'of nobody');
  await waitUntil(() => !storedFiles().includes(unknown));
  expect([storedFiles().includes(sha256), await statusOf(url)]).toEqual([true, 200]);
  await remove(id);
});
