import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { openAtrium, type Picture, type UserError } from '../support/atrium.ts';
import { peakBytes } from '../support/memory.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { pidOf } from '../support/processes.ts';
import { ownSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';
import { uploadFile } from '../support/uploads.ts';

const system = await ownSystem();
const atrium = openAtrium(system);
const { id: userId } = await atrium.newUser(newPerson('Asha Rao'));
const mebibyte = 1024 * 1024;

/** A photograph of a little less than 10 MB, with the grain that makes it so large. */
async function largePhotograph(): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 30 };
  const grain = sharp({ create: { width: 5_500, height: 4_100, channels: 3, background: 'grey', noise } });
  return grain.jpeg({ quality: 84 }).toBuffer();
}

test('large uploads at once cost bounded memory, and what is too much is OVERLOADED', async () => {
  const count = scale('uploads of 10 MB at once', { small: 40, full: 100 });
  const bytes = await largePhotograph();
  process.stdout.write(`each of ${(bytes.length / mebibyte).toFixed(1)} MB\n`);
  expect(bytes.length).toBeGreaterThan(8 * mebibyte);
  expect(bytes.length).toBeLessThan(10 * mebibyte);
  const pids = { image: pidOf(system.services.image), gateway: pidOf(system.services.gateway) };
  for (const pid of Object.values(pids)) peakBytes(pid);

  const file = { bytes, name: 'asha.jpg', type: 'image/jpeg' };
  const answers = await Promise.all(
    Array.from({ length: count }, () =>
      uploadFile<{ uploadImage: { image: Picture | null; userErrors: UserError[] } }>(atrium, { userId }, file),
    ),
  );
  const outcomes = answers.map(({ data, errors }) =>
    data?.uploadImage?.image ? 'stored' : (errors[0]?.extensions.code ?? data?.uploadImage?.userErrors[0]?.code),
  );
  const tally = Object.fromEntries(
    [...Map.groupBy(outcomes, (outcome) => outcome)].map(([key, all]) => [key, all.length]),
  );
  const peakMebibytes = (pid: number) => Math.round(peakBytes(pid) / mebibyte);
  const peaks = { image: peakMebibytes(pids.image), gateway: peakMebibytes(pids.gateway) };
  process.stdout.write(`${JSON.stringify(tally)}, peaks in MiB ${JSON.stringify(peaks)}\n`);
  expect(outcomes.filter((outcome) => outcome !== 'stored' && outcome !== 'OVERLOADED')).toEqual([]);
  expect(outcomes).toContain('stored');
  expect(peaks.image).toBeLessThan(600);
  expect(peaks.gateway).toBeLessThan(250);
}, 300_000);
