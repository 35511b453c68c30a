import { afterAll, expect, test } from '@jest/globals';
import { openAtrium, type Picture, type UserError } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { servePicture } from '../support/local-pictures.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { metadataOf, photograph, sha256 } from '../support/pictures.ts';
import { sharedSystem } from '../support/test-system.ts';
import { uploadFile } from '../support/uploads.ts';

interface Upload {
  uploadImage: { image: Picture | null; userErrors: UserError[] };
}

const system = await sharedSystem();
const atrium = openAtrium(system);
const photo = await photograph();
const website = await servePicture(system.picturePort, photo);
afterAll(() => website.stop());
const { id: userId } = await atrium.newUser(newPerson('Asha Rao'));

async function fetchPicture(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function upload(input: object): Promise<Picture> {
  const { image, userErrors } = await atrium.uploadImage({ userId, ...input });
  expect(userErrors).toEqual([]);
  if (!image) throw new Error('uploadImage gave no image');
  return image;
}

test('the photograph of these tests does tell where it was taken', async () => {
  const { exif, orientation } = await metadataOf(photo);
  expect(orientation).toBe(6);
  expect(exif?.includes(Buffer.from('Test camera'))).toBe(true);
});

test('a picture is the same by whichever way it comes, upright, and tells nothing but itself', async () => {
  const file = { bytes: photo, name: 'asha.jpg', type: 'image/jpeg' };
  const byFile = dataOf(await uploadFile<Upload>(atrium, { userId, alt: 'Asha' }, file)).uploadImage;
  expect(byFile.userErrors).toEqual([]);
  const images = [
    byFile.image,
    await upload({ base64: photo.toString('base64') }),
    await upload({ base64: `data:image/jpeg;base64,${photo.toString('base64')}` }),
    await upload({ url: website.url }),
  ];
  expect(new Set(images.map((image) => image?.sha256)).size).toBe(1);
  expect(new Set(images.map((image) => image?.id)).size).toBe(4);

  for (const image of images) {
    expect(image).toMatchObject({
      width: 480,
      height: 640,
      contentType: 'image/jpeg',
      sha256: /^[0-9a-f]{64}$/.exec(image?.sha256 ?? '')?.[0],
    });
    const { status, headers, bytes } = await fetchPicture(image?.url ?? '');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('image/jpeg');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(sha256(bytes)).toBe(image?.sha256);
    expect(bytes.length).toBe(image?.sizeBytes);
    const { exif, xmp, iptc, orientation = 1, width, height } = await metadataOf(bytes);
    expect({ exif, xmp, iptc, orientation, width, height }).toEqual({ orientation: 1, width: 480, height: 640 });
    for (const trace of ['Exif', 'GPS', 'Atrium', 'Test camera', '2026:11:24'])
      expect(bytes.includes(trace)).toBe(false);
  }
});

test('one query answers from all three services', async () => {
  const { id: owner } = await atrium.newUser(newPerson('Ravi Nair'));
  await atrium.uploadImage({ userId: owner, base64: photo.toString('base64'), asAvatar: true, alt: 'Ravi' });
  const answer = await atrium.query<{
    user: { name: string; avatar: { url: string }; messages: { edges: { node: { status: string } }[] } };
  }>('query ($id: ID!) { user(id: $id) { name avatar { url } messages { edges { node { status } } } } }', {
    id: owner,
  });
  const { user } = dataOf(answer);
  expect(user).toEqual({
    name: 'Ravi Nair',
    avatar: { url: expect.stringContaining('/images/') },
    messages: { edges: [{ node: { status: expect.stringMatching(/^(QUEUED|SENDING|SENT|DELIVERED)$/) } }] },
  });
  expect(new URL(user.avatar.url).origin).toBe(new URL(system.gatewayUrl).origin);
  expect((await fetchPicture(user.avatar.url)).status).toBe(200);
});

test('bytes are cached by their hash: the same ones are not sent twice', async () => {
  const { url, sha256: hash } = await upload({ base64: photo.toString('base64') });
  const first = await fetchPicture(url);
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toContain(hash);
  expect(first.headers.get('cache-control')).toMatch(/public.*max-age=\d+/);
  const again = await fetchPicture(url, { 'if-none-match': etag });
  expect({ status: again.status, bytes: again.bytes.length }).toEqual({ status: 304, bytes: 0 });
  const head = await fetch(url, { method: 'HEAD' });
  expect({ status: head.status, length: head.headers.get('content-length') }).toEqual({
    status: 200,
    length: String(first.bytes.length),
  });
});

test('an address without its signature, with another one or of no picture looks like nothing at all', async () => {
  const { url, id } = await upload({ base64: photo.toString('base64') });
  const bare = url.replace(/\?.*$/, '');
  const forged = url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  // The last character of base64url may hold unused bits, so one in the middle changes as well.
  const tampered = url.replace(/(\?\w+=.{5})./, (_, head: string) => `${head}${url.includes(`${head}A`) ? 'B' : 'A'}`);
  const elsewhere = url.replace(id, '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10');
  const answers = await Promise.all([bare, forged, tampered, elsewhere].map((address) => fetchPicture(address)));
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  const bodies = answers.map(({ bytes }) => bytes.toString().replace(/"requestId":"[^"]*"/, ''));
  expect(new Set(bodies).size).toBe(1);
});

test('the same idempotency key stores one picture', async () => {
  const input = { userId, base64: photo.toString('base64'), idempotencyKey: crypto.randomUUID() };
  const answers = await Promise.all([1, 2, 3].map(() => atrium.uploadImage(input)));
  expect(new Set(answers.map(({ image }) => image?.id)).size).toBe(1);
  const other = await atrium.uploadImage({ ...input, alt: 'another' });
  expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }]);
});

test('an avatar is one of the user’s own pictures, and can be taken away', async () => {
  interface Avatar {
    setAvatar: { user: { avatar: { id: string } | null } | null; userErrors: UserError[] };
  }
  const { id: imageId } = await upload({ base64: photo.toString('base64') });
  const { id: stranger } = await atrium.newUser(newPerson());
  const document =
    'mutation ($input: SetAvatarInput!) { setAvatar(input: $input) { user { avatar { id } } userErrors { code field message } } }';
  const set = (input: object) => atrium.query<Avatar>(document, { input });
  expect(dataOf(await set({ userId, imageId })).setAvatar).toEqual({
    user: { avatar: { id: imageId } },
    userErrors: [],
  });
  expect(dataOf(await set({ userId: stranger, imageId })).setAvatar).toMatchObject({
    user: null,
    userErrors: [{ code: 'NOT_FOUND', field: ['input', 'imageId'] }],
  });
  expect(dataOf(await set({ userId, imageId: null })).setAvatar).toEqual({ user: { avatar: null }, userErrors: [] });
});

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAdTAAAHUwCAYAAAA', 'base64');

test.each([
  { what: 'a web page', bytes: Buffer.from('<html><body>not a picture</body></html>'), code: 'IMAGE_TYPE_NOT_ALLOWED' },
  {
    what: 'a drawing that may carry scripts',
    bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    code: 'IMAGE_TYPE_NOT_ALLOWED',
  },
  { what: 'half a photograph', bytes: photo.subarray(0, photo.length / 2), code: 'IMAGE_CORRUPT' },
])('$what is refused with $code', async ({ bytes, code }) => {
  const { image, userErrors } = await atrium.uploadImage({ userId, base64: bytes.toString('base64') });
  expect(image).toBeNull();
  expect(userErrors).toMatchObject([{ code }]);
});

test('a picture that claims more pixels than fit is refused before it is decoded', async () => {
  const { userErrors } = await atrium.uploadImage({ userId, base64: bomb().toString('base64') });
  expect(['IMAGE_TOO_MANY_PIXELS', 'IMAGE_CORRUPT']).toContain(userErrors[0]?.code);
});

/** The head of a PNG of 30,000 by 30,000 pixels, and nothing after it. */
function bomb(): Buffer {
  const head = Buffer.alloc(33);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(head);
  head.writeUInt32BE(30_000, 16);
  head.writeUInt32BE(30_000, 20);
  Buffer.from([8, 6, 0, 0, 0]).copy(head, 24);
  return Buffer.concat([head, png.subarray(33)]);
}

test.each([
  ['http://127.0.0.1:1/picture.jpg', 'IMAGE_URL_NOT_ALLOWED'],
  ['http://169.254.169.254/latest/meta-data/', 'IMAGE_URL_NOT_ALLOWED'],
  ['http://[::1]/picture.jpg', 'IMAGE_URL_NOT_ALLOWED'],
  ['file:///etc/passwd', 'IMAGE_URL_NOT_ALLOWED'],
  ['not an address', 'INVALID_FORMAT'],
])('Image does not fetch %s: %s', async (url, code) => {
  const { image, userErrors } = await atrium.uploadImage({ userId, url });
  expect(image).toBeNull();
  expect(userErrors).toMatchObject([{ code, field: ['input', 'url'] }]);
});

test('exactly one source must be given, for a user who exists', async () => {
  const base64 = photo.toString('base64');
  expect((await atrium.uploadImage({ userId })).userErrors).toMatchObject([{ code: 'EXACTLY_ONE_REQUIRED' }]);
  expect((await atrium.uploadImage({ userId, base64, url: website.url })).userErrors).toMatchObject([
    { code: 'EXACTLY_ONE_REQUIRED' },
  ]);
  for (const nobody of ['0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10', 'no id at all', '']) {
    expect((await atrium.uploadImage({ userId: nobody, base64 })).userErrors).toMatchObject([
      { code: 'NOT_FOUND', field: ['input', 'userId'] },
    ]);
  }
});
