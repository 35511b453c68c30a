import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lockDataFolder, lockHolder } from './data-folder-lock.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('a folder has one holder, who is named to the next one', () => {
  const folder = temporaryFolder();
  const release = lockDataFolder(folder);
  expect(lockHolder(folder)?.pid).toBe(process.pid);
  expect(() => lockDataFolder(folder)).toThrow(`process ${process.pid}`);
  release();
  expect(lockHolder(folder)).toBeUndefined();
  lockDataFolder(folder)();
});

test('the lock of a process that is gone is taken over', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, started: '1' }));
  const release = lockDataFolder(folder);
  expect(lockHolder(folder)?.pid).toBe(process.pid);
  release();
  expect(existsSync(join(folder, 'lock'))).toBe(false);
});

test('the lock of a process whose id was given out again is taken over', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
  expect(lockHolder(folder)).toBeUndefined();
  lockDataFolder(folder)();
});

test('a lock that cannot be read is taken over', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'lock'), '');
  lockDataFolder(folder)();
});
