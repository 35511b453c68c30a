import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { emptyScratchFolders, scratchFolder } from './scratch-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('what a killed service left on its way is gone at the next start, and nobody else may look there', () => {
  const dataDir = temporaryFolder();
  emptyScratchFolders(dataDir);
  const folder = scratchFolder(dataDir, 'image');
  writeFileSync(join(folder, 'capacitor-1.tmp'), 'a picture');
  emptyScratchFolders(dataDir);
  expect(readdirSync(folder)).toEqual([]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(scratchFolder(dataDir, 'gateway')).not.toBe(folder);
});
