import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { withClient } from '../../../stack/src/postgres/provision.ts';
import { type PictureHost, startPictureHost } from './testing/picture-host.ts';
import { bombPng, noise, photographWithMetadata, secretMarks } from './testing/pictures.ts';
import { type RunningImage, startImage, uploadImage } from './testing/running-image.ts';

let image: RunningImage;
let host: PictureHost;
let photograph: Buffer;
const maxBytes = 400_000;

beforeAll(async () => {
  host = await startPictureHost();
  photograph = await photographWithMetadata();
  image = await startImage({
    IMAGE_URL_ALLOWED_HOSTS: host.host,
    IMAGE_MAX_BYTES: String(maxBytes),
    IMAGE_URL_TIMEOUT_MS: '300',
  });
});

afterAll(async () => {
  await image.stop();
  await host.close();
});

async function upload(input: object) {
  const answer = await image.query(uploadImage, { input });
  expect(answer.errors).toEqual([]);
  return answer.data.uploadImage;
}

const base64Of = (text: string) => Buffer.from(text).toString('base64');
const blobOf = (bytes: Buffer) => new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });

describe('a photograph', () => {
  test('gives the same picture, upright and without metadata, from file, base64, data URI and url', async () => {
    const userId = image.newUser();
    host.answer = (_request, response) => response.setHeader('content-type', 'image/jpeg').end(photograph);
    const file = await image.upload(blobOf(photograph), { userId, alt: ' Asha  ', asAvatar: true });
    expect(file.errors).toEqual([]);
    const stored = [
      file.data.uploadImage,
      await upload({ userId, base64: photograph.toString('base64') }),
      await upload({ userId, base64: `data:image/jpeg;base64,${photograph.toString('base64')}` }),
      await upload({ userId, url: `http://${host.host}/asha.jpg` }),
    ].map((payload) => payload.image);

    const bytes = Buffer.from(await (await fetch(image.local(stored[0].url))).arrayBuffer());
    expect(new Set(stored.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(new Set(stored.map(({ id }) => id)).size).toBe(4);
    const expected = { width: 240, height: 320, contentType: 'image/jpeg', alt: 'Asha', owner: { id: userId } };
    expect(stored[0]).toMatchObject({ ...expected, sizeBytes: bytes.length });
    for (const mark of secretMarks) {
      expect([mark, photograph.includes(mark)]).toEqual([mark, true]);
      expect([mark, bytes.includes(mark)]).toEqual([mark, false]);
    }
    const { exif, xmp, iptc, icc, orientation } = await sharp(bytes).metadata();
    expect({ exif, xmp, iptc, icc, orientation }).toEqual({});
  });
});

describe('a picture that is not taken in', () => {
  async function refusal(input: object): Promise<[string, string[]]> {
    const { image: stored, userErrors } = await upload({ userId: image.newUser(), ...input });
    expect(stored).toBeNull();
    expect(userErrors).toHaveLength(1);
    return [userErrors[0].code, userErrors[0].field];
  }

  test('is refused with a code of its own for every kind of bad input', async () => {
    const base64 = photograph.toString('base64');
    const url = `http://${host.host}/`;
    const cases: [object, string, string[]][] = [
      [{}, 'EXACTLY_ONE_REQUIRED', ['input']],
      [{ base64, url }, 'EXACTLY_ONE_REQUIRED', ['input']],
      [{ base64: '' }, 'REQUIRED', ['input', 'base64']],
      [{ base64: 'data:image/png;base64,' }, 'REQUIRED', ['input', 'base64']],
      [{ base64: 'no base64!' }, 'INVALID_FORMAT', ['input', 'base64']],
      [{ base64: 'AAAA\u0000' }, 'INVALID_FORMAT', ['input', 'base64']],
      [{ base64: 'data:image/png,plain' }, 'INVALID_FORMAT', ['input', 'base64']],
      [{ base64: 'A'.repeat(540_000) }, 'IMAGE_TOO_LARGE', ['input', 'base64']],
      [
        { base64: base64Of('<svg xmlns="http://www.w3.org/2000/svg"/>') },
        'IMAGE_TYPE_NOT_ALLOWED',
        ['input', 'base64'],
      ],
      [{ base64: photograph.subarray(0, 9_000).toString('base64') }, 'IMAGE_CORRUPT', ['input', 'base64']],
      [{ base64: (await bombPng()).toString('base64') }, 'IMAGE_TOO_MANY_PIXELS', ['input', 'base64']],
      [{ base64, alt: 'a'.repeat(1_001) }, 'TOO_LONG', ['input', 'alt']],
      [{ base64, alt: 'a\u0000b' }, 'INVALID_FORMAT', ['input', 'alt']],
      [{ base64, alt: 'a\ud800b' }, 'INVALID_FORMAT', ['input', 'alt']],
      [{ base64, idempotencyKey: '' }, 'REQUIRED', ['input', 'idempotencyKey']],
      [{ base64, idempotencyKey: 'k\u0000' }, 'INVALID_FORMAT', ['input', 'idempotencyKey']],
      [{ base64, idempotencyKey: 'k'.repeat(201) }, 'TOO_LONG', ['input', 'idempotencyKey']],
      [{ base64, userId: newId() }, 'NOT_FOUND', ['input', 'userId']],
      [{ base64, userId: 'no id\u0000' }, 'NOT_FOUND', ['input', 'userId']],
      [{ url: '' }, 'REQUIRED', ['input', 'url']],
      [{ url: 'no address' }, 'INVALID_FORMAT', ['input', 'url']],
      [{ url: 'ftp://example.com/a.jpg' }, 'IMAGE_URL_NOT_ALLOWED', ['input', 'url']],
      [{ url: 'http://127.0.0.1/a.jpg' }, 'IMAGE_URL_NOT_ALLOWED', ['input', 'url']],
    ];
    for (const [input, code, field] of cases) expect([input, ...(await refusal(input))]).toEqual([input, code, field]);
    expect(await image.count('pictures')).toBe(1);
  });

  test('is known by its bytes and not by its name and type', async () => {
    const html = new Blob(['<html><script>alert(1)</script></html>'], { type: 'image/jpeg' });
    const { data } = await image.upload(html, { userId: image.newUser() }, 'asha.jpg');
    expect(data.uploadImage.userErrors).toMatchObject([{ code: 'IMAGE_TYPE_NOT_ALLOWED', field: ['input', 'file'] }]);
  });

  test('is cut off at the limit when it is a file', async () => {
    const tooLarge = blobOf(Buffer.alloc(maxBytes + 1, 1));
    const { data } = await image.upload(tooLarge, { userId: image.newUser() });
    expect(data.uploadImage.userErrors).toMatchObject([{ code: 'IMAGE_TOO_LARGE', field: ['input', 'file'] }]);
  });

  test('costs a JSON body over the limit nothing but an answer', async () => {
    const body = { userId: image.newUser(), base64: 'A'.repeat(1_100_000) };
    const { status, errors } = await image.query(uploadImage, { input: body });
    expect([status, errors[0]?.extensions.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  test('is no file at all where something else stands in for it', async () => {
    const asVariable = await image.query(uploadImage, { input: { userId: image.newUser(), file: 'text' } });
    const literal = 'mutation { uploadImage(input: { userId: "x", file: "text" }) { image { id } } }';
    const asLiteral = await image.query(literal);
    expect(asVariable.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(asLiteral.errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('is not asked for while Profile is away', async () => {
    image.profile.away = true;
    try {
      const input = { userId: newId(), base64: photograph.toString('base64') };
      const { data, errors } = await image.query(uploadImage, { input });
      expect([data.uploadImage, errors[0]?.extensions.code]).toEqual([null, 'UNAVAILABLE']);
    } finally {
      image.profile.away = false;
    }
  });
});

describe('the bytes at an address', () => {
  let url: string;
  let sha256: string;

  beforeAll(async () => {
    const base64 = (await noise().png().toBuffer()).toString('base64');
    const stored = (await upload({ userId: image.newUser(), base64 })).image;
    expect(stored.contentType).toBe('image/png');
    url = image.local(stored.url);
    sha256 = stored.sha256;
  });

  test('are cached for a bounded time, revalidated by their hash, and never taken for anything but a picture', async () => {
    const { status, headers, body } = await fetch(url);
    await body?.cancel();
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      etag: `"${sha256}"`,
      'content-type': 'image/png',
      'cache-control': 'public, max-age=82800, s-maxage=3600, stale-while-revalidate=3600',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    const again = await fetch(url, { headers: { 'if-none-match': `"other", W/"${sha256}"` } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', `"${sha256}"`]);
  });

  test('are described but not sent for HEAD', async () => {
    const head = await fetch(url, { method: 'HEAD' });
    const got = await fetch(url);
    expect(head.headers.get('content-length')).toBe(String((await got.arrayBuffer()).byteLength));
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('are found by the right signature alone, and a wrong one looks like an unknown picture', async () => {
    const signature = new URL(url).searchParams.get('s') ?? '';
    const forged = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    const path = new URL(url).pathname;
    const other = `/images/${newId()}`;
    const wrong = ['', '?s=', `?s=${forged}`, `?s=${signature}&s=${signature}`].map((query) => path + query);
    const answers = await Promise.all(
      [...wrong, `${other}?s=${signature}`, '/images/%00', `/images/no-id?s=${signature}`].map(async (place) => {
        const { status, headers, body } = await fetch(image.url + place);
        await body?.cancel();
        return [status, headers.get('cache-control'), headers.get('etag'), headers.get('content-length')];
      }),
    );
    expect(new Set(answers.map(String))).toEqual(new Set([String([404, 'no-store', null, '26'])]));
  });
});

test('what a client makes an idempotency key of is not kept', async () => {
  const key = 'asha@example.com';
  const base64 = (await noise(8, 8).png().toBuffer()).toString('base64');
  const input = { userId: image.newUser(), base64, idempotencyKey: key };
  const [first, again] = [await upload(input), await upload(input)];
  expect(again.image.id).toBe(first.image.id);
  const kept = await withClient(image.databaseUrl, async (client) => {
    const { rows } = await client.query<{ row: string }>('SELECT idempotency_keys::text AS row FROM idempotency_keys');
    return rows.map(({ row }) => row).join();
  });
  expect(kept).toContain('client');
  expect([kept.includes(key), kept.includes(Buffer.from(key).toString('hex'))]).toEqual([false, false]);
});
