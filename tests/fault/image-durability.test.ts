import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import sharp from 'sharp';
import { openAtrium, type Picture, type UserError } from '../support/atrium.ts';
import { operation } from '../support/operations.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { pidOf } from '../support/processes.ts';
import { ownSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';
import { untilTold } from '../support/until-told.ts';
import { waitFor } from '../support/wait-for.ts';

const settings = {
  image: { IMAGE_RESERVATION_MS: '1000', IMAGE_SWEEP_INTERVAL_MS: '300', IMAGE_COMPARE_INTERVAL_MS: '1000' },
};
process.stdout.write(`image durability: settings ${JSON.stringify(settings)}\n`);
const callers = 12;

// Whoever runs services starts them again when they die; nothing else helps them.
const system = await ownSystem({ settings, restart: true });
const atrium = openAtrium(system);
const { id: userId } = await atrium.newUser(newPerson('Asha Rao'));
/** Every third upload is of one of a few pictures, so that images share bytes; the others have bytes of their own. */
const shared = 10;

async function pictureOf(turn: number): Promise<string> {
  const which = turn % 3 === 0 ? turn % shared : turn;
  const pixels = Buffer.alloc(300 * 200 * 3, `picture ${which} `);
  const picture = sharp(pixels, { raw: { width: 300, height: 200, channels: 3 } });
  return (await picture.jpeg().toBuffer()).toString('base64');
}

async function ask<Row extends object>(statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: system.databases.image });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** The answer of a mutation; undefined where none came that acknowledges it. */
async function mutate<Payload>(name: string, field: string, input: object): Promise<Payload | undefined> {
  const answer = await atrium.query<Record<string, Payload>>(operation(name), { input }).catch(() => undefined);
  return answer?.data?.[field] ?? undefined;
}

let unanswered = 0;
let done = 0;

/** Uploads a picture; every other one is deleted again. Answers the image that must be there afterwards. */
async function uploadAndDelete(turn: number): Promise<Picture | undefined> {
  const input = { userId, base64: await pictureOf(turn), idempotencyKey: crypto.randomUUID() };
  const upload = await untilTold(async () => {
    const payload = await mutate<{ image: Picture | null }>('upload-image', 'uploadImage', input);
    return payload?.image ?? undefined;
  });
  unanswered += upload.repeats;
  const image = upload.told;
  if (turn % 2 === 0) {
    done++;
    return image;
  }
  const deletion = await untilTold(() =>
    mutate<{ userErrors: UserError[] }>('delete-image', 'deleteImage', { id: image.id }),
  );
  unanswered += deletion.repeats;
  done++;
  return undefined;
}

async function killImage(): Promise<void> {
  const dead = pidOf(system.services.image);
  process.kill(dead, 'SIGKILL');
  await waitFor('Image runs again', () => ![undefined, dead].includes(system.services.image.pid), {
    timeoutMs: 30_000,
  });
}

function storedFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test('Image dies amid uploads and deletions: no row is without bytes, no bytes are without a row', async () => {
  const count = scale('uploads, half of them deleted again', { small: 60, full: 300 });
  const deaths = scale('deaths of Image', { small: 2, full: 10 });
  const kept: Picture[] = [];
  const turns = Array.from({ length: count }, (_, turn) => turn).values();

  async function runCaller(): Promise<void> {
    for (const turn of turns) {
      const image = await uploadAndDelete(turn);
      if (image) kept.push(image);
    }
  }

  async function kill(): Promise<void> {
    for (let death = 1; death <= deaths; death++) {
      const due = Math.floor((death * count) / (deaths + 1));
      await waitFor('the next death is due', () => done >= due, { timeoutMs: 120_000, everyMs: 5 });
      await killImage();
    }
  }

  await Promise.all([kill(), ...Array.from({ length: callers }, runCaller)]);
  process.stdout.write(`${kept.length} images kept, ${unanswered} calls unanswered over ${deaths} deaths\n`);
  expect(unanswered).toBeGreaterThan(0);

  const images = await ask<{ id: string; sha256: string }>('SELECT id, sha256 FROM images');
  expect(images.map(({ id }) => id).sort()).toEqual(kept.map(({ id }) => id).sort());
  for (const { url } of kept) expect((await fetch(url)).status).toBe(200);

  const used = [...new Set(images.map(({ sha256 }) => sha256))].sort();
  const folder = join(system.dataDir, 'images');
  const settled = async () => {
    const rows = await ask<{ sha256: string; doubted: boolean; reserved: boolean }>(
      `SELECT sha256, may_be_unused AS doubted, EXISTS (SELECT FROM reservations WHERE reservations.sha256 = pictures.sha256) AS reserved
       FROM pictures ORDER BY sha256 COLLATE "C"`,
    );
    const isQuiet = rows.every(({ doubted, reserved }) => !doubted && !reserved);
    const files = storedFiles(folder).filter((name) => /^[0-9a-f]{64}$/.test(name));
    return (
      isQuiet && String(rows.map(({ sha256 }) => sha256)) === String(used) && String(files.sort()) === String(used)
    );
  };
  await waitFor('rows and bytes are the same, and those that images have', settled, { timeoutMs: 30_000 });

  // The last image of each picture takes the bytes along, so nothing was counted twice or forgotten.
  for (const { id } of images) await atrium.query(operation('delete-image'), { input: { id } });
  const isEmpty = async () => (await ask('SELECT FROM pictures')).length === 0;
  await waitFor('nothing is left', isEmpty, { timeoutMs: 30_000 });
  expect(storedFiles(folder).filter((name) => /^[0-9a-f]{64}$/.test(name))).toEqual([]);
}, 600_000);
