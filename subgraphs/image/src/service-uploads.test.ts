import { readdirSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { tmpdir } from 'node:os';
import { createUserEvent, newId } from '@atrium/service-kit';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { withClient } from '../../../stack/src/postgres/provision.ts';
import { noise, photographWithMetadata, secretMarks } from './testing/pictures.ts';
import { type RunningImage, startImage } from './testing/running-image.ts';

let image: RunningImage;
let photograph: Buffer;
const parallelUploads = 2;

beforeAll(async () => {
  photograph = await photographWithMetadata();
  image = await startImage({
    IMAGE_PARALLEL_UPLOADS: String(parallelUploads),
    IMAGE_SWEEP_INTERVAL_MS: '100',
    IMAGE_MAX_BYTES: '1000000',
  });
});

let userId: string;
beforeEach(() => {
  userId = image.newUser();
});

afterAll(() => image.stop());

const createImageUpload = `mutation ($input: CreateImageUploadInput!) {
  createImageUpload(input: $input) { imageId uploadUrl expiresAt userErrors { code field } }
}`;

interface Announced {
  imageId: string;
  uploadUrl: string;
  expiresAt: string;
}

async function announce(bytes: Buffer, more: object = {}): Promise<Announced> {
  const input = { userId, contentType: 'image/jpeg', sizeBytes: bytes.length, ...more };
  const { data, errors } = await image.query(createImageUpload, { input });
  expect([errors, data.createImageUpload.userErrors]).toEqual([[], []]);
  return data.createImageUpload;
}

/** An answer to a PUT: of the upload itself, or of the server in front of it. */
interface PutAnswer {
  image?: { sha256: string } | null;
  userErrors?: { code: string }[];
  errors?: { extensions: { code: string } }[];
}

/** What a PUT was answered with: its status, the error's code if there is one, and the image. */
async function put(url: string, bytes: Buffer, type: string | null = 'image/jpeg') {
  const headers = type === null ? undefined : { 'content-type': type };
  const body = new Blob([new Uint8Array(bytes)]);
  const response = await fetch(image.local(url), { method: 'PUT', body, ...(headers && { headers }) });
  const answer = (await response.json()) as PutAnswer;
  const code = answer.userErrors?.[0]?.code ?? answer.errors?.[0]?.extensions.code;
  return { status: response.status, code, image: answer.image, text: JSON.stringify(answer) };
}

const refused = (status: number, code: string) => expect.objectContaining({ status, code });

/** A PUT whose bytes are the test's to send. */
function begin(url: string, sizeBytes: number): ClientRequest {
  const headers = { 'content-type': 'image/jpeg', 'content-length': sizeBytes };
  return request(image.local(url), { method: 'PUT', headers });
}

const statusOf = (sent: ClientRequest) =>
  new Promise<number | undefined>((resolve, reject) => {
    sent.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
  });

const imageOf = async (id: string) =>
  (await image.query('query ($id: ID!) { image(id: $id) { sha256 url owner { id avatar { id } } } }', { id })).data
    .image;

const noSuchUpload = refused(404, 'NOT_FOUND');

/** Whether somebody is sending to an address now. */
const isClaimed = async (id: string) =>
  withClient(image.databaseUrl, async (client) => {
    const { rows } = await client.query('SELECT FROM image_uploads WHERE id = $1 AND claim_id IS NOT NULL', [id]);
    return rows.length === 1;
  });

test('a picture that is sent to its address is the image that was announced, judged like any other', async () => {
  const { imageId, uploadUrl, expiresAt } = await announce(photograph, { alt: 'Asha', asAvatar: true });
  expect(await imageOf(imageId)).toBeNull();
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 10 * 60_000);
  const sent = await put(uploadUrl, photograph);
  const expected = { id: imageId, width: 240, height: 320, contentType: 'image/jpeg', alt: 'Asha' };
  expect(sent).toMatchObject({ status: 201, image: expected });
  const stored = await imageOf(imageId);
  expect(stored).toMatchObject({ sha256: sent.image?.sha256, owner: { id: userId, avatar: { id: imageId } } });
  const bytes = Buffer.from(await (await fetch(image.local(stored.url))).arrayBuffer());
  for (const mark of secretMarks) expect([mark, bytes.includes(mark)]).toEqual([mark, false]);
  expect(await put(uploadUrl, photograph)).toEqual(noSuchUpload);
});

test('an address takes one picture, however many are sent to it at once', async () => {
  const { uploadUrl } = await announce(photograph);
  const answers = await Promise.all(Array.from({ length: 5 }, () => put(uploadUrl, photograph)));
  const [taken, ...others] = answers.sort((a, b) => a.status - b.status);
  expect(taken?.status).toBe(201);
  for (const { status, code } of others) expect(['404 NOT_FOUND', '503 OVERLOADED']).toContain(`${status} ${code}`);
});

describe('what is not as it was announced', () => {
  test('is refused by its headers, which leave the address as it was', async () => {
    const { uploadUrl } = await announce(photograph);
    expect(await put(uploadUrl, photograph, 'image/png')).toEqual(refused(415, 'IMAGE_TYPE_NOT_ALLOWED'));
    expect(await put(uploadUrl, photograph, null)).toEqual(refused(415, 'IMAGE_TYPE_NOT_ALLOWED'));
    expect(await put(uploadUrl, photograph.subarray(1))).toEqual(refused(400, 'OUT_OF_RANGE'));
    expect(await put(uploadUrl, Buffer.alloc(0))).toEqual(refused(400, 'OUT_OF_RANGE'));
    expect(await put(uploadUrl, Buffer.concat([photograph, photograph]))).toEqual(refused(400, 'OUT_OF_RANGE'));
    const chunked = request(image.local(uploadUrl), { method: 'PUT', headers: { 'content-type': 'image/jpeg' } });
    const status = statusOf(chunked);
    chunked.write(photograph);
    chunked.end();
    expect(await status).toBe(411);
    expect((await put(uploadUrl, photograph, 'Image/JPEG; charset=binary')).status).toBe(201);
  });

  test('is refused by its bytes, which use the address up', async () => {
    const png = await noise(8, 8).png().toBuffer();
    const html = Buffer.from('<html><script>alert(1)</script></html>');
    const half = photograph.subarray(0, photograph.length / 2);
    const cases: [Buffer, number, string][] = [
      [png, 415, 'IMAGE_TYPE_NOT_ALLOWED'],
      [html, 415, 'IMAGE_TYPE_NOT_ALLOWED'],
      [half, 422, 'IMAGE_CORRUPT'],
    ];
    for (const [bytes, status, code] of cases) {
      const { imageId, uploadUrl } = await announce(bytes);
      expect(await put(uploadUrl, bytes)).toEqual(refused(status, code));
      expect(await put(uploadUrl, bytes)).toEqual(noSuchUpload);
      expect(await imageOf(imageId)).toBeNull();
    }
    expect(await image.count('image_uploads')).toBe(0);
  });
});

test('an address without its signature, with another’s, used, over or of nothing is the same nothing', async () => {
  const [one, other] = [await announce(photograph), await announce(photograph)];
  const elsewhere = one.uploadUrl.replace(one.imageId, newId());
  const swapped = `${one.uploadUrl.split('?')[0]}?${other.uploadUrl.split('?')[1]}`;
  const bare = one.uploadUrl.split('?')[0] ?? '';
  const addresses = [
    elsewhere,
    swapped,
    bare,
    `${bare}?s=`,
    `${bare}?s=a&s=b`,
    one.uploadUrl.replace(one.imageId, 'x'),
  ];
  await withClient(image.databaseUrl, (client) =>
    client.query('UPDATE image_uploads SET expires_at = now() WHERE id = $1', [other.imageId]),
  );
  const answers = await Promise.all([...addresses, other.uploadUrl].map((address) => put(address, photograph)));
  // Nothing is received before the signature is known, so the places for senders do not matter here.
  for (const answer of answers) expect(answer).toEqual(noSuchUpload);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(await put(other.uploadUrl, photograph, 'image/png')).toEqual(noSuchUpload);
  expect((await put(one.uploadUrl, photograph)).status).toBe(201);
});

test('a connection that breaks leaves neither a file nor an image, and the address for another try', async () => {
  const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('atrium-image-')).length;
  const before = temporary();
  const { imageId, uploadUrl } = await announce(photograph);
  const broken = begin(uploadUrl, photograph.length);
  broken.on('error', () => {});
  broken.write(photograph.subarray(0, 5_000));
  await waitUntil(() => isClaimed(imageId));
  expect(await put(uploadUrl, photograph)).toEqual(noSuchUpload);
  broken.destroy();
  await waitUntil(async () => !(await isClaimed(imageId)));
  expect((await put(uploadUrl, photograph)).status).toBe(201);
  expect(temporary()).toBe(before);
});

test('who sends while too many do is told OVERLOADED at once, and may send again', async () => {
  const busy = await Promise.all(Array.from({ length: parallelUploads }, () => announce(photograph)));
  const late = await announce(photograph);
  const slow = busy.map(({ uploadUrl }) => begin(uploadUrl, photograph.length));
  const statuses = slow.map(statusOf);
  for (const each of slow) each.write(photograph.subarray(0, 1_000));
  await waitUntil(async () => (await Promise.all(busy.map(({ imageId }) => isClaimed(imageId)))).every(Boolean));
  expect(await put(late.uploadUrl, photograph)).toEqual(refused(503, 'OVERLOADED'));
  for (const each of slow) each.end(photograph.subarray(1_000));
  expect(await Promise.all(statuses)).toEqual(slow.map(() => 201));
  expect((await put(late.uploadUrl, photograph)).status).toBe(201);
});

test('an upload that nobody finishes is forgotten when its time is over', async () => {
  const { imageId } = await announce(photograph);
  await withClient(image.databaseUrl, (client) =>
    client.query('UPDATE image_uploads SET expires_at = now() WHERE id = $1', [imageId]),
  );
  await waitUntil(async () => (await image.count('image_uploads')) === 0);
});

test('who is deleted while their picture is on its way has none afterwards', async () => {
  const { imageId, uploadUrl } = await announce(photograph);
  const early = await announce(photograph);
  const sending = begin(uploadUrl, photograph.length);
  const status = statusOf(sending);
  sending.write(photograph.subarray(0, 1_000));
  await waitUntil(() => isClaimed(imageId));
  const event = { id: newId(), service: 'profile', type: 'user.deleted', userId, time: new Date(), version: 2 };
  expect(await image.tell([createUserEvent(event)])).toBe(204);
  expect(await image.count('image_uploads')).toBe(0);
  sending.end(photograph.subarray(1_000));
  expect(await status).toBe(404);
  expect(await put(early.uploadUrl, photograph)).toEqual(noSuchUpload);
  expect(await imageOf(imageId)).toBeNull();
});

test('an address is given out only to a caller with image:write', async () => {
  const input = { userId, contentType: 'image/jpeg', sizeBytes: 10 };
  const { data, errors } = await image.query(createImageUpload, { input }, ['image:read']);
  expect([data.createImageUpload, errors[0]?.extensions.code]).toEqual([null, 'UNAUTHORIZED_FIELD_OR_TYPE']);
});
