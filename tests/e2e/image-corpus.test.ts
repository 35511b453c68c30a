import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { openAtrium, type Picture, type UserError } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import {
  type CorpusFile,
  flipped,
  harmlessParts,
  hostileFiles,
  onesOfEachFormat,
  partsOf,
  secrets,
  soundFiles,
  truncations,
} from '../support/image-corpus.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { seeded } from '../support/seeded.ts';
import { sharedSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';
import { uploadFile } from '../support/uploads.ts';
import { waitFor } from '../support/wait-for.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const { id: userId } = await atrium.newUser(newPerson('Asha Rao'));
const imageProcess = system.services.image.pid;
const refusals = [
  'REQUIRED',
  'IMAGE_TYPE_NOT_ALLOWED',
  'IMAGE_CORRUPT',
  'IMAGE_TOO_MANY_PIXELS',
  'IMAGE_TOO_MANY_FRAMES',
];
/** By how much a channel may differ on average where a picture is encoded anew with loss. */
const tolerance = 6;

/** What is wrong with what became of a file; nothing where it is as it must be. */
async function faultsOf(file: CorpusFile): Promise<string[]> {
  const sent = { bytes: file.bytes, name: 'picture.jpg', type: 'image/jpeg' };
  const answer = await uploadFile<{ uploadImage: { image: Picture | null; userErrors: UserError[] } }>(
    atrium,
    { userId },
    sent,
  );
  const { image, userErrors } = dataOf(answer).uploadImage;
  const codes = userErrors.map(({ code }) => code);
  if (image) return file.refused ? ['was taken in'] : faultsOfStored(file, image);
  const expected = file.refused ?? refusals;
  return codes.length === 1 && expected.includes(codes[0] ?? '') ? [] : [`was refused with ${codes}`];
}

async function faultsOfStored(
  { bytes: sent, isDamaged }: CorpusFile,
  { url, width, height }: Picture,
): Promise<string[]> {
  const stored = Buffer.from(await (await fetch(url)).arrayBuffer());
  const faults = secrets.filter((secret) => stored.includes(secret)).map((secret) => `tells ${secret}`);
  const { parts, behind } = partsOf(stored);
  if (behind !== 0) faults.push(`has ${behind} bytes behind it`);
  faults.push(...parts.filter((part) => !harmlessParts.has(part)).map((part) => `has a part ${part}`));
  const upright = (await sharp(sent).metadata()).autoOrient;
  if (upright.width !== width || upright.height !== height) faults.push(`is ${width}x${height}`);
  const side = isDamaged || width > 1_000 ? 24 : undefined;
  const decoded = await decode(sent, side).catch(() => undefined);
  if (!decoded) return [...faults, 'was taken in although sharp cannot decode it'];
  if (difference(decoded, await decode(stored, side)) > tolerance) faults.push('looks otherwise');
  return faults;
}

/**
 * The pixels as everybody sees them: of the first frame, upright, in sRGB, over white where it is see-through; shrunk
 * where it is large, or where it is noise, which no encoder keeps. Shrunk after its decode: sharp would leave out the
 * finest details of a JPEG while it decodes, and of a damaged one they may be all there is.
 */
async function decode(bytes: Buffer, width: number | undefined): Promise<Buffer> {
  const { data, info } = await sharp(bytes, { pages: 1, failOn: 'error', limitInputPixels: 60_000_000 })
    .autoOrient()
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (width === undefined) return data;
  const { width: full, height, channels } = info;
  return sharp(data, { raw: { width: full, height, channels } })
    .resize({ width, withoutEnlargement: true })
    .raw()
    .toBuffer();
}

/** The mean difference of a channel; a grey picture has one for all three. */
function difference(one: Buffer, other: Buffer): number {
  const [small, large] = [one, other].sort((a, b) => a.length - b.length) as [Buffer, Buffer];
  const times = large.length / small.length;
  const sum = large.reduce((total, value, i) => total + Math.abs(value - (small[Math.floor(i / times)] ?? 0)), 0);
  return sum / large.length;
}

async function judge(files: CorpusFile[]): Promise<void> {
  const faults: string[] = [];
  const turns = files.values();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (const file of turns) faults.push(...(await faultsOf(file)).map((fault) => `${file.name}: ${fault}`));
    }),
  );
  expect(faults).toEqual([]);
  expect(system.services.image.pid).toBe(imageProcess);
  const folder = join(system.dataDir, 'tmp', 'image');
  await waitFor('no temporary file is left', () => readdirSync(folder).length === 0, { timeoutMs: 5_000 });
}

test('every sound picture is taken in with its pixels and without what its file tells besides', async () => {
  const files = await soundFiles();
  process.stdout.write(`sound files: ${files.length}\n`);
  for (const { name, bytes } of files) expect([name, (await decode(bytes, 1)).length]).not.toEqual([name, 0]);
  const told = files.filter(({ bytes }) => secrets.some((secret) => bytes.includes(secret)));
  expect(told.length).toBeGreaterThan(10);
  await judge(files);
  const { data } = await atrium.query<{ user: { images: { totalCount: number } } }>(
    'query ($id: ID!) { user(id: $id) { images { totalCount } } }',
    { id: userId },
  );
  expect(data?.user.images.totalCount).toBe(files.length);
}, 120_000);

test('what is no picture, pretends to be another or claims too much is refused with its code', async () => {
  const files = await hostileFiles();
  process.stdout.write(`hostile files: ${files.length}\n`);
  await judge(files);
}, 60_000);

test('a picture that was cut off is refused, or is what its decoder makes of it', async () => {
  const places = scale('places at which each format is cut', { small: 5, full: 20 });
  await judge((await onesOfEachFormat()).flatMap((file) => truncations(file, places)));
}, 120_000);

test('a picture of which a bit is another is refused, or is what its decoder makes of it', async () => {
  const count = scale('flipped bits', { small: 40, full: 500 });
  const seed = Number(process.env.CORPUS_SEED ?? randomInt(2 ** 31));
  process.stdout.write(`seed of the flipped bits: ${seed} (CORPUS_SEED)\n`);
  const random = seeded(seed);
  const files = await onesOfEachFormat();
  await judge(Array.from({ length: count }, (_, i) => flipped(files[i % files.length] as CorpusFile, random)));
}, 300_000);
