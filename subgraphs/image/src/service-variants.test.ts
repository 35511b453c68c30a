import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { noise } from './testing/pictures.ts';
import { type RunningImage, startImage } from './testing/running-image.ts';
import { bytesOf, type StoredPicture, store, variantUrl } from './testing/variants.ts';

let image: RunningImage;
/** 640 by 480, stored as JPEG. */
let photograph: StoredPicture;
/** 300 by 200, half see-through, stored as PNG. */
let drawing: StoredPicture;

beforeAll(async () => {
  image = await startImage();
  photograph = await store(image, await noise(640, 480).blur(3).jpeg({ quality: 95 }).toBuffer());
  const background = { r: 200, g: 40, b: 90, alpha: 0.5 };
  const see = sharp({ create: { width: 300, height: 200, channels: 4, background } });
  drawing = await store(image, await see.png().toBuffer());
});

afterAll(() => image.stop());

const get = async (url: string, headers: Record<string, string> = {}) => fetch(url, { headers });
const pixelsOf = (picture: Sharp) => picture.raw().toBuffer({ resolveWithObject: true });

/** The mean difference of two pictures of one size, in steps of 256. */
async function difference(one: Sharp, other: Sharp): Promise<number> {
  const [a, b] = [await pixelsOf(one.removeAlpha()), await pixelsOf(other.removeAlpha())];
  expect([a.info.width, a.info.height]).toEqual([b.info.width, b.info.height]);
  let sum = 0;
  for (let at = 0; at < a.data.length; at++) sum += Math.abs((a.data[at] ?? 0) - (b.data[at] ?? 0));
  return sum / a.data.length;
}

describe('a variant', () => {
  const boxes: [object, { width: number; height: number; fit: 'cover' | 'inside' }][] = [
    [
      { width: 160, height: 160 },
      { width: 160, height: 160, fit: 'cover' },
    ],
    [
      { width: 160, height: 160, fit: 'CONTAIN' },
      { width: 160, height: 120, fit: 'inside' },
    ],
    [{ width: 192 }, { width: 192, height: 144, fit: 'inside' }],
    [{ height: 96 }, { width: 128, height: 96, fit: 'inside' }],
    [
      { width: 50, height: 50 },
      { width: 64, height: 64, fit: 'cover' },
    ],
  ];

  test.each(boxes)('%j has the very pixels that sharp makes of the stored bytes', async (wish, expected) => {
    const got = await bytesOf(await get(await photograph.url({ ...wish, format: 'PNG' })));
    const { width, height, fit } = expected;
    const own = await pixelsOf(sharp(photograph.bytes).resize({ width, height, fit }));
    const { data, info } = await pixelsOf(sharp(got));
    expect([info.width, info.height]).toEqual([width, height]);
    expect(data.equals(own.data)).toBe(true);
  });

  test.each(['AVIF', 'WEBP', 'JPEG'])('as %s looks like the picture', async (format) => {
    const answer = await get(await photograph.url({ width: 320, height: 240, format }));
    const own = sharp(photograph.bytes).resize(320, 240);
    const got = await bytesOf(answer);
    expect(answer.headers.get('content-type')).toBe(`image/${format.toLowerCase()}`);
    expect((await sharp(got).metadata()).format).toBe(format === 'AVIF' ? 'heif' : format.toLowerCase());
    expect(await difference(sharp(got), own)).toBeLessThan(6);
  });

  test('is never larger than the picture; a box that it cannot fill keeps its ratio', async () => {
    const sizes = [
      { width: 4_096 },
      { width: 2_048, height: 2_048, fit: 'CONTAIN' },
      { width: 1_024, height: 1_024 },
      { width: 1_280, height: 640 },
      {},
    ].map(async (wish) => {
      const { width, height } = await sharp(await bytesOf(await get(await photograph.url(wish)))).metadata();
      return [width, height];
    });
    expect(await Promise.all(sizes)).toEqual([
      [640, 480],
      [640, 480],
      [480, 480],
      [640, 320],
      [640, 480],
    ]);
  });

  test('is as good as it is asked to be', async () => {
    const sizeAt = async (format: string, quality: number) =>
      (await bytesOf(await get(await photograph.url({ width: 320, format, quality })))).length;
    for (const format of ['AVIF', 'WEBP', 'JPEG']) {
      const [low, middle, high] = await Promise.all([30, 60, 90].map((quality) => sizeAt(format, quality)));
      expect(low).toBeLessThan(middle as number);
      expect(middle).toBeLessThan(high as number);
    }
  });

  test('stands on white where the picture is see-through and the format is not', async () => {
    const white = await bytesOf(await get(await drawing.url({ width: 96, format: 'JPEG' })));
    const [r, g, b] = (await pixelsOf(sharp(white))).data;
    expect([r, g, b].map((value) => Math.round((value ?? 0) / 10))).toEqual([23, 15, 17]);
    const see = await sharp(await bytesOf(await get(await drawing.url({ width: 96, format: 'WEBP' })))).metadata();
    expect(see.hasAlpha).toBe(true);
  });

  test('has one address for all wishes that are snapped to it', async () => {
    const address = await photograph.url({ width: 301, height: 310, quality: 71 });
    expect(address).toMatch(/\?w=320&h=320&fit=cover&f=auto&q=80&k=[\w-]{6}&s=[\w-]{43}$/);
    expect(await photograph.url({ width: 320, height: 320, fit: 'COVER', quality: 80 })).toBe(address);
  });

  test('out of range is refused with what to ask for instead', async () => {
    for (const variant of [{ width: 0 }, { width: 4_097 }, { height: -1 }, { quality: 0 }, { quality: 101 }]) {
      const { errors } = await image.query(variantUrl, { id: photograph.id, variant });
      expect([variant, errors[0]?.extensions.code]).toEqual([variant, 'BAD_USER_INPUT']);
      expect(errors[0]?.message).toMatch(/must be from 1 to (4096|100)\.$/);
    }
  });
});

describe('the format of a variant that names none', () => {
  const cases: [string, string, string][] = [
    ['image/avif,image/webp,image/*,*/*;q=0.8', 'image/avif', 'image/avif'],
    ['image/webp,*/*', 'image/webp', 'image/webp'],
    ['image/avif;q=0, image/webp;q=0.5', 'image/webp', 'image/webp'],
    ['image/*', 'image/jpeg', 'image/png'],
    ['*/*', 'image/jpeg', 'image/png'],
    ['text/html', 'image/jpeg', 'image/png'],
  ];

  test.each(cases)('for Accept: %s is %s, and %s for what is see-through', async (accept, ofPhotograph, ofDrawing) => {
    const answers = [photograph, drawing].map(async (picture) => get(await picture.url({ width: 64 }), { accept }));
    for (const [index, expected] of [ofPhotograph, ofDrawing].entries()) {
      const answer = (await answers[index]) as Response;
      await answer.body?.cancel();
      expect([answer.headers.get('content-type'), answer.headers.get('vary')]).toEqual([expected, 'accept']);
    }
  });

  test('does not vary where it is named', async () => {
    const answer = await get(await photograph.url({ width: 64, format: 'JPEG' }), { accept: 'image/avif' });
    await answer.body?.cancel();
    expect([answer.headers.get('content-type'), answer.headers.get('vary')]).toEqual(['image/jpeg', null]);
  });

  test('has a tag of its own', async () => {
    const url = await photograph.url({ width: 64 });
    const tags = ['image/avif', 'image/webp', '*/*'].map(async (accept) => {
      const answer = await get(url, { accept });
      await answer.body?.cancel();
      return answer.headers.get('etag');
    });
    expect(new Set(await Promise.all(tags)).size).toBe(3);
  });
});

describe.each(['the stored bytes', 'a small variant', 'a large variant'])('of %s', (what) => {
  let url: string;
  let whole: Response;
  let bytes: Buffer;

  beforeAll(async () => {
    const large = await store(image, await noise(700, 700).png().toBuffer());
    if (what === 'the stored bytes') url = image.local(await addressOfOriginal(large.id));
    else url = await large.url({ width: what === 'a small variant' ? 64 : 640, format: 'PNG' });
    whole = await get(url);
    bytes = await bytesOf(whole);
    expect(bytes.length > 256 * 1024).toBe(what !== 'a small variant');
  });

  async function addressOfOriginal(id: string): Promise<string> {
    return (await image.query('query ($id: ID!) { image(id: $id) { url } }', { id })).data.image.url;
  }

  test('HEAD tells what GET does and sends nothing', async () => {
    const head = await fetch(url, { method: 'HEAD', headers: { range: 'bytes=0-0' } });
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const name of ['content-length', 'content-type', 'etag', 'last-modified', 'accept-ranges', 'cache-control']) {
      expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
    }
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
  });

  test('one range is sent alone, and what cannot be is said', async () => {
    const size = bytes.length;
    const cases: [string, number, Buffer | undefined, string | null][] = [
      ['bytes=0-99', 206, bytes.subarray(0, 100), `bytes 0-99/${size}`],
      ['bytes=100-', 206, bytes.subarray(100), `bytes 100-${size - 1}/${size}`],
      ['bytes=-10', 206, bytes.subarray(-10), `bytes ${size - 10}-${size - 1}/${size}`],
      [`bytes=5-${size * 2}`, 206, bytes.subarray(5), `bytes 5-${size - 1}/${size}`],
      [`bytes=-${size * 2}`, 206, bytes, `bytes 0-${size - 1}/${size}`],
      [`bytes=${size}-`, 416, undefined, `bytes */${size}`],
      ['bytes=-0', 416, undefined, `bytes */${size}`],
      ['bytes=9-3', 200, bytes, null],
      ['bytes=0-1,3-4', 200, bytes, null],
      ['items=0-1', 200, bytes, null],
    ];
    for (const [range, status, body, contentRange] of cases) {
      const answer = await get(url, { range });
      expect([range, answer.status, answer.headers.get('content-range')]).toEqual([range, status, contentRange]);
      const got = await bytesOf(answer);
      if (body) expect([range, got.equals(body)]).toEqual([range, true]);
      // Whoever asks for nonsense must not have a cache answer everybody with its refusal.
      else expect([range, got.length, answer.headers.get('cache-control')]).toEqual([range, 0, 'no-store']);
    }
  });

  test('a range goes on with the version it began with, or begins anew', async () => {
    const [tag, date] = [whole.headers.get('etag') ?? '', whole.headers.get('last-modified') ?? ''];
    const statuses = [tag, date, '"other"', `W/${tag}`, 'Thu, 01 Jan 1970 00:00:00 GMT'].map(async (ifRange) => {
      const answer = await get(url, { range: 'bytes=1-2', 'if-range': ifRange });
      await answer.body?.cancel();
      return answer.status;
    });
    expect(await Promise.all(statuses)).toEqual([206, 206, 200, 200, 200]);
  });

  test('whoever holds the bytes is told so, by tag first and by date where there is none', async () => {
    const [tag, date] = [whole.headers.get('etag') ?? '', whole.headers.get('last-modified') ?? ''];
    const old = new Date(Date.parse(date) - 1_000).toUTCString();
    const cases: [Record<string, string>, number][] = [
      [{ 'if-none-match': tag }, 304],
      [{ 'if-none-match': `"other", W/${tag}` }, 304],
      [{ 'if-none-match': '*' }, 304],
      [{ 'if-none-match': '"other"' }, 200],
      [{ 'if-modified-since': date }, 304],
      [{ 'if-modified-since': old }, 200],
      [{ 'if-modified-since': 'yesterday' }, 200],
      [{ 'if-none-match': '"other"', 'if-modified-since': date }, 200],
    ];
    for (const [headers, status] of cases) {
      const answer = await get(url, headers);
      await answer.body?.cancel();
      expect([headers, answer.status, answer.headers.get('etag')]).toEqual([headers, status, tag]);
    }
  });

  test('every site may show and read it, as a picture and nothing else', () => {
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringMatching(/^inline; filename="[\da-f-]{36}\.png"$/),
      'cache-control': 'public, max-age=82800, s-maxage=3600, stale-while-revalidate=3600',
    });
  });
});

test('an altered address looks like an unknown picture', async () => {
  const url = await photograph.url({ width: 320, height: 320, format: 'WEBP', quality: 80 });
  const altered = [
    url.replace('w=320', 'w=640'),
    url.replace('f=webp', 'f=png'),
    url.replace('&q=80', ''),
    url.replace('&fit=cover', ''),
    url.replace(/k=[\w-]{6}/, 'k=AAAAAA'),
    url.replace(/s=./, (start) => (start === 's=A' ? 's=B' : 's=A')),
    url.replace(photograph.id, drawing.id),
    `${url}&utm_source=x`,
    url.replace('w=320&h=320', 'h=320&w=320'),
    url.replace(/\?.*/, ''),
  ];
  const answers = await Promise.all(
    altered.map(async (address) => {
      const answer = await get(address);
      const { status, headers } = answer;
      return [status, await answer.text(), headers.get('cache-control'), headers.get('etag')].map(String);
    }),
  );
  for (const answer of answers) expect(answer).toEqual(['404', 'There is no such picture.\n', 'no-store', 'null']);
});
