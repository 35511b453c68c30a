import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openVariantFolder } from './variant-folder.ts';

const sha256 = 'ab12'.padEnd(64, '0');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-variants-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('variants that are made while their picture is erased fail neither those who make nor those who erase', async () => {
  const store = await openVariantFolder(folder, { variantBytes: 1e9, variantMemoryBytes: 0 }, () => {});
  const names = ['32.png', '64.png', '96.png', '128.png'];
  for (let round = 0; round < 50; round++) {
    const kept = names.map((name) => store.keep(sha256, name, Buffer.from(name)));
    await Promise.all([...kept, ...Array.from({ length: 8 }, () => store.erase(sha256))]);
  }
  await store.keep(sha256, '32.png', Buffer.from('bytes'));
  expect(readdirSync(join(folder, 'ab', sha256))).toContain('32.png');
  await store.erase(sha256);
  expect([readdirSync(join(folder, 'ab')), readdirSync(join(folder, 'drafts'))]).toEqual([[], []]);
});
