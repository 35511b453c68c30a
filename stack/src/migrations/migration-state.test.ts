import { expect, test } from '@jest/globals';
import { pendingMigrations } from './migration-state.ts';

const files = [
  { name: '1_init', script: '', checksum: 'a' },
  { name: '2_more', script: '', checksum: 'b' },
];
const applied = (name: string, checksum: string, part = {}) => ({ name, checksum, finished: true, rolledBack: false, ...part });

test('what is not applied is pending', () => {
  expect(pendingMigrations('profile', files, [])).toEqual(files);
  expect(pendingMigrations('profile', files, [applied('1_init', 'a')])).toEqual([files[1]]);
  expect(pendingMigrations('profile', files, [applied('1_init', 'a'), applied('2_more', 'b')])).toEqual([]);
});

test('a migration that was rolled back is pending again', () => {
  const rows = [applied('1_init', 'a'), applied('2_more', 'b', { finished: false, rolledBack: true })];
  expect(pendingMigrations('profile', files, rows)).toEqual([files[1]]);
});

test('a migration of a newer release is left alone', () => {
  expect(pendingMigrations('profile', files.slice(0, 1), [applied('1_init', 'a'), applied('2_more', 'b')])).toEqual([]);
});

test('a failed and an edited migration need a person', () => {
  const failed = [applied('1_init', 'a', { finished: false })];
  expect(() => pendingMigrations('profile', files, failed)).toThrow('1_init failed before');
  expect(() => pendingMigrations('profile', files, [applied('1_init', 'z')])).toThrow('1_init was edited');
});
