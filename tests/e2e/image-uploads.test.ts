import { expect, test } from '@jest/globals';
import { openAtrium, type UserError } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { operation } from '../support/operations.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { metadataOf, photograph } from '../support/pictures.ts';
import { sharedSystem } from '../support/test-system.ts';

interface Announced {
  imageId: string | null;
  uploadUrl: string | null;
  expiresAt: string | null;
  userErrors: UserError[];
}

const system = await sharedSystem();
const atrium = openAtrium(system);
const { id: userId } = await atrium.newUser(newPerson('Asha Rao'));
const photo = await photograph({ width: 3_000, height: 2_000 });

async function announce(input: object = {}): Promise<{ imageId: string; uploadUrl: string }> {
  const variables = { input: { userId, contentType: 'image/jpeg', sizeBytes: photo.length, ...input } };
  const answer = await atrium.query<{ createImageUpload: Announced }>(operation('create-image-upload'), variables);
  const { imageId, uploadUrl, userErrors } = dataOf(answer).createImageUpload;
  if (!imageId || !uploadUrl) throw new Error(`createImageUpload refused: ${JSON.stringify(userErrors)}`);
  return { imageId, uploadUrl };
}

async function put(url: string, bytes: Buffer, type = 'image/jpeg') {
  const body = new Blob([new Uint8Array(bytes)]);
  const response = await fetch(url, { method: 'PUT', headers: { 'content-type': type, origin: 'null' }, body });
  const answer = (await response.json()) as { image: { id: string } | null; userErrors: UserError[] };
  return { status: response.status, headers: response.headers, ...answer };
}

test('a browser without a key sends a picture through the gateway, and it is the avatar that was announced', async () => {
  const { imageId, uploadUrl } = await announce({ asAvatar: true, alt: 'Asha' });
  expect(new URL(uploadUrl).origin).toBe(new URL(system.gatewayUrl).origin);
  const { status, headers, image, userErrors } = await put(uploadUrl, photo);
  expect({ status, id: image?.id, userErrors }).toEqual({ status: 201, id: imageId, userErrors: [] });
  expect(headers.get('access-control-allow-origin')).toBe('*');
  const avatar = (await atrium.user(userId))?.avatar;
  expect(avatar).toMatchObject({ id: imageId, width: 2_000, height: 3_000 });
  const bytes = Buffer.from(await (await fetch(avatar?.url ?? '')).arrayBuffer());
  expect(await metadataOf(bytes)).toMatchObject({ width: 2_000, height: 3_000, exif: undefined });
});

test('a picture that was deleted is gone for everybody who had its address', async () => {
  const { imageId, uploadUrl } = await announce({ asAvatar: true });
  await put(uploadUrl, photo);
  const url = (await atrium.user(userId))?.avatar?.url ?? '';
  expect((await fetch(url)).status).toBe(200);
  const answer = await atrium.query(operation('delete-image'), { input: { id: imageId } });
  expect(dataOf(answer)).toEqual({ deleteImage: { deletedImageId: imageId, userErrors: [] } });
  expect([(await fetch(url)).status, (await atrium.user(userId))?.avatar]).toEqual([404, null]);
});

test('what is refused has its code, in JSON, also where many bytes are still on their way', async () => {
  const { uploadUrl } = await announce({ sizeBytes: 10 });
  const { status, image, userErrors } = await put(uploadUrl, photo);
  expect({ status, image }).toEqual({ status: 400, image: null });
  expect(userErrors).toMatchObject([
    { code: 'OUT_OF_RANGE', field: null, message: expect.stringContaining('10 bytes') },
  ]);
  expect((await put(uploadUrl.replace(/s=.*/, 's=AAAA'), photo)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  const text = Buffer.from('no picture');
  expect((await put((await announce({ sizeBytes: 10 })).uploadUrl, text)).userErrors).toMatchObject([
    { code: 'IMAGE_TYPE_NOT_ALLOWED' },
  ]);
});

test('pages of allowed origins may PUT there, and nowhere else', async () => {
  const ask = async (path: string, origin: string) => {
    const headers = {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    };
    const answer = await fetch(system.gatewayUrl + path, { method: 'OPTIONS', headers });
    return [answer.headers.get('access-control-allow-origin'), answer.headers.get('access-control-allow-methods')];
  };
  const sandbox = 'https://studio.apollographql.com';
  expect(await ask('/images/uploads/x', sandbox)).toEqual([sandbox, 'PUT']);
  expect((await ask('/images/uploads/x', 'https://elsewhere.example'))[0]).toBeNull();
  expect((await ask('/graphql', sandbox))[1]).not.toContain('PUT');
});
