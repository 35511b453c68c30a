import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { openAtrium } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { peakBytes } from '../support/memory.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { photograph } from '../support/pictures.ts';
import { pidOf } from '../support/processes.ts';
import { sharedSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const { id: userId } = await atrium.newUser(newPerson());
const mebibyte = 1024 * 1024;

async function store(picture: Buffer): Promise<string> {
  const { image } = await atrium.uploadImage({ userId, base64: picture.toString('base64') });
  if (!image) throw new Error('the picture was not taken in');
  return image.id;
}

async function addresses(id: string, variants: string[]): Promise<string[]> {
  const fields = variants.map((variant, at) => `v${at}: url(variant: ${variant})`);
  const answer = await atrium.query<{ image: Record<string, string> }>(
    `{ image(id: "${id}") { ${fields.join(' ')} } }`,
  );
  return Object.values(dataOf(answer).image);
}

test('what a client accepts, holds and goes on with passes through the gateway, and so does the answer', async () => {
  const id = await store(await photograph());
  const [url = ''] = await addresses(id, ['{ width: 96, height: 96 }']);
  expect(new URL(url).origin).toBe(new URL(system.gatewayUrl).origin);
  const get = async (headers: Record<string, string>) => {
    const response = await fetch(url, { headers });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const whole = await get({ accept: 'image/avif,image/webp,*/*', origin: 'https://app.example' });
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'content-type': 'image/avif',
    vary: 'accept',
    'accept-ranges': 'bytes',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  });
  const { width, height } = await sharp(whole.bytes).metadata();
  expect([width, height]).toEqual([96, 96]);
  expect((await get({ accept: 'image/webp' })).headers.get('content-type')).toBe('image/webp');
  expect((await get({})).headers.get('content-type')).toBe('image/jpeg');

  const accept = 'image/avif';
  const etag = whole.headers.get('etag') ?? '';
  const part = await get({ accept, range: 'bytes=10-19', 'if-range': etag });
  expect([part.status, part.bytes.equals(whole.bytes.subarray(10, 20))]).toEqual([206, true]);
  expect(part.headers.get('content-range')).toBe(`bytes 10-19/${whole.bytes.length}`);
  const requests: Record<string, string>[] = [
    { accept, range: 'bytes=10-19', 'if-range': '"other"' },
    { accept, range: `bytes=${whole.bytes.length}-` },
    { accept, 'if-none-match': etag },
    { accept, 'if-modified-since': whole.headers.get('last-modified') ?? '' },
  ];
  const statuses = requests.map(async (headers) => (await get(headers)).status);
  expect(await Promise.all(statuses)).toEqual([200, 416, 304, 304]);
});

test('cold variants at once are made or OVERLOADED, nothing else fails, and Image stays below 600 MB', async () => {
  const count = scale('cold variants at once', { small: 60, full: 200 });
  const id = await store(await photograph({ width: 4_000, height: 3_000 }));
  const formats = ['AVIF', 'WEBP', 'JPEG', 'PNG'];
  const sides = Array.from({ length: Math.ceil(count / formats.length) }, (_, at) => [320, 640, 1_080, 2_048][at % 4]);
  const qualities = [30, 40, 50, 60, 70, 80, 90];
  const variants = sides.flatMap((side, at) =>
    formats.map(
      (format) =>
        `{ width: ${side}, height: ${200 + 100 * (at % 13)}, format: ${format}, quality: ${qualities[at % 7]} }`,
    ),
  );
  const urls: string[] = [];
  for (let at = 0; at < count; at += 10) urls.push(...(await addresses(id, variants.slice(at, at + 10))));
  expect(new Set(urls).size).toBeGreaterThan(count * 0.6);

  const pid = pidOf(system.services.image);
  peakBytes(pid);
  const answers = await Promise.all(urls.slice(0, count).map(ask));
  const mebibytes = Math.round(peakBytes(pid) / mebibyte);
  const tally = Object.entries(Object.groupBy(answers, (answer) => answer)).map(
    ([what, all]) => `${what} ${all?.length}`,
  );
  process.stdout.write(`cold variants: ${tally.join(', ')}; Image held ${mebibytes} MiB at most\n`);
  expect(new Set(answers)).toEqual(new Set(answers.includes('OVERLOADED') ? ['picture', 'OVERLOADED'] : ['picture']));
  expect(answers.filter((answer) => answer === 'picture').length).toBeGreaterThan(10);
  expect(mebibytes).toBeLessThan(600);
});

/** What became of a request: a picture that can be decoded, or the code of its error. */
async function ask(url: string): Promise<string> {
  const response = await fetch(url);
  if (response.status !== 200) {
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    return response.headers.has('retry-after') ? (errors[0]?.extensions.code ?? 'nothing') : 'no time to come back';
  }
  const { width } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
  return width > 0 ? 'picture' : 'no picture';
}
