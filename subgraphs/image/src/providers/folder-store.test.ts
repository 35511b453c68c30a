import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openFolderStore } from './folder-store.ts';

const sha256 = 'ab12'.padEnd(64, '0');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-folder-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

async function read(store: Awaited<ReturnType<typeof openFolderStore>>): Promise<string | null> {
  const stream = await store.open(sha256);
  return stream && Buffer.concat(await stream.toArray()).toString();
}

test('bytes are kept once under their hash, read back, and gone when erased', async () => {
  const store = await openFolderStore(folder);
  await Promise.all([store.keep(sha256, Buffer.from('bytes')), store.keep(sha256, Buffer.from('bytes'))]);
  const place = join(folder, 'ab', '12', sha256);
  const first = statSync(place);
  await store.keep(sha256, Buffer.from('bytes'));
  expect(statSync(place).ino).toBe(first.ino);
  expect(first.mode & 0o777).toBe(0o600);
  expect([await read(store), readdirSync(join(folder, 'incoming'))]).toEqual(['bytes', []]);
  await store.erase(sha256);
  await store.erase(sha256);
  expect(await read(store)).toBeNull();
});

test('what a crash left of another length is replaced', async () => {
  const store = await openFolderStore(folder);
  await store.keep(sha256, Buffer.from('half'));
  await store.keep(sha256, Buffer.from('whole bytes'));
  expect(await read(store)).toBe('whole bytes');
});

test('half-written files of dead processes are cleared, and those of living ones are not', async () => {
  const store = await openFolderStore(folder);
  for (const name of ['old', 'new']) writeFileSync(join(folder, 'incoming', name), 'half');
  utimesSync(join(folder, 'incoming', 'old'), new Date(0), new Date(0));
  await store.clearAbandoned();
  expect(readdirSync(join(folder, 'incoming'))).toEqual(['new']);
});

test('a folder that cannot be written to is told in one line that names the setting', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const line = /^IMAGE_DIR .* cannot be written to \(E[A-Z]+\)\. [^\n]*$/;
  await expect(openFolderStore(join(file, 'images'))).rejects.toThrow(line);
  // As root this is one of the few places that cannot be written to.
  await expect(openFolderStore('/proc/images')).rejects.toThrow(line);
});
