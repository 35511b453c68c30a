import { readdirSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { expect, test } from '@jest/globals';
import { openAtrium, type UserError } from '../support/atrium.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { dataOf } from '../support/graphql-client.ts';
import { residentBytes } from '../support/memory.ts';
import { field, fileStart, multipartType } from '../support/multipart-body.ts';
import { operation } from '../support/operations.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { photograph } from '../support/pictures.ts';
import { pidOf } from '../support/processes.ts';
import { sharedSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';
import { uploadFile } from '../support/uploads.ts';
import { waitFor } from '../support/wait-for.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const { id: userId } = await atrium.newUser(newPerson());
const { gateway, image } = system.services;

const mebibyte = 1024 * 1024;
const atOnce = 10;

const operations = field('operations', {
  query: operation('upload-image'),
  variables: { input: { userId, file: null } },
});
const beginning = operations + field('map', { 0: ['variables.input.file'] }) + fileStart('0');

/** Where a client goes away: how much of the beginning, and how much of the file, the gateway has got by then. */
const places = [
  { what: 'within operations', text: operations.slice(0, -20), fileBytes: 0 },
  { what: 'after the map', text: beginning.slice(0, beginning.indexOf('filename')), fileBytes: 0 },
  { what: 'at the first bytes of the file', text: beginning, fileBytes: 10 },
  { what: 'early in the file', text: beginning, fileBytes: 60_000 },
  { what: 'in the middle of the file', text: beginning, fileBytes: mebibyte },
  { what: 'late in the file', text: beginning, fileBytes: 4 * mebibyte },
];
const bytes = Buffer.alloc(4 * mebibyte, 0x5a);

/** Sends the beginning of an upload, and goes away without a word. */
function abortUpload({ text, fileBytes }: (typeof places)[number]): Promise<void> {
  return new Promise((resolve) => {
    const outgoing = request(`${system.gatewayUrl}/graphql`, {
      method: 'POST',
      agent: false,
      headers: { 'x-api-key': system.apiKey, 'content-type': multipartType, 'content-length': 8 * mebibyte },
    });
    outgoing.on('error', () => {});
    outgoing.on('close', resolve);
    outgoing.write(text);
    outgoing.write(bytes.subarray(0, fileBytes), () => outgoing.destroy());
  });
}

async function abortUploads(count: number): Promise<void> {
  let begun = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let turn = begun++; turn < count; turn = begun++) {
        const place = places[turn % places.length];
        if (place) await abortUpload(place);
      }
    }),
  );
}

/** What a process holds open, as Linux names it: paths, and `socket:[…]`. */
function handles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

/** The bytes outside of JavaScript's heap that the gateway's objects hold, which is where what clients send is kept. */
async function externalBytes(): Promise<number> {
  const text = await (await fetch(`${system.gatewayUrl}/metrics`)).text();
  return Number(/^nodejs_external_memory_bytes (\d+)$/m.exec(text)?.[1]);
}

async function countImages(): Promise<number> {
  const query = 'query($id: ID!) { user(id: $id) { images { totalCount } } }';
  const answer = await atrium.query<{ user: { images: { totalCount: number } } }>(query, { id: userId });
  return dataOf(answer).user.images.totalCount;
}

const temporaryFiles = () => readdirSync(tmpdir()).filter((name) => name.startsWith('capacitor-'));
const leftBefore = new Set(temporaryFiles());

/** The handles of a process apart from its connections, of which it keeps some on purpose. */
const files = (pid: number) => handles(pid).filter((name) => !name.startsWith('socket:'));

test('uploads that are broken off anywhere leave no file, no handle, no memory and no picture', async () => {
  const count = scale('uploads broken off', { small: 60, full: 1_000 });
  const pids = { gateway: pidOf(gateway), image: pidOf(image) };
  // The first uploads load code and fill pools, and the first aborts stretch the heap, which is not what is measured.
  const photo = { bytes: await photograph(), name: 'photo.jpg', type: 'image/jpeg' };
  for (let i = 0; i < 3; i++) await uploadFile(atrium, { userId }, photo);
  await collectGarbage(pids.gateway, system.debuggerPort);
  const externalBytesBefore = await externalBytes();
  await abortUploads(Math.max(60, count / 10));
  const settled = () => Object.values(pids).every((pid) => !handles(pid).some((name) => name.includes('/capacitor-')));
  await waitFor('no upload is under way', settled);
  const before = {
    files: { gateway: files(pids.gateway).length, image: files(pids.image).length },
    handles: handles(pids.gateway).length,
    images: await countImages(),
    memory: { gateway: residentBytes(pids.gateway), image: residentBytes(pids.image) },
  };

  await abortUploads(count);

  await waitFor('no temporary file is held open', settled);
  await waitFor('no temporary file is left', () => temporaryFiles().every((name) => leftBefore.has(name)));
  await waitFor('no handle is left', () => files(pids.gateway).length <= before.files.gateway);
  await waitFor('no handle is left in Image', () => files(pids.image).length <= before.files.image);
  await waitFor('no connection is left', () => handles(pids.gateway).length <= before.handles + atOnce, {
    timeoutMs: 20_000,
  });
  await collectGarbage(pids.gateway, system.debuggerPort);
  const held = (await externalBytes()) - externalBytesBefore;
  const grown = (name: 'gateway' | 'image') => (residentBytes(pids[name]) - before.memory[name]) / mebibyte;
  process.stdout.write(
    `memory: gateway ${grown('gateway').toFixed(1)} MiB, image ${grown('image').toFixed(1)} MiB more; gateway holds ${(held / mebibyte).toFixed(1)} MiB\n`,
  );
  // Heaps stretch by themselves; what was sent, nearly a megabyte an upload, is far more where uploads are many.
  const marginMebibytes = Math.max(100, count / 8);
  expect(held).toBeLessThan(8 * mebibyte);
  expect(grown('gateway')).toBeLessThan(marginMebibytes);
  expect(grown('image')).toBeLessThan(marginMebibytes);
  expect(await countImages()).toBe(before.images);

  const { data } = await uploadFile<{ uploadImage: { userErrors: UserError[] } }>(atrium, { userId }, photo);
  expect(data?.uploadImage.userErrors).toEqual([]);
});
