import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryRoot } from './repository.ts';
import { temporaryFolder } from './temporary-folder.ts';

const packages = {
  '': {},
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'service/node_modules/a': { version: '2.0.0', integrity: 'sha512-b' },
  'node_modules/for-another-platform': { version: '1.0.0', integrity: 'sha512-c', optional: true },
  'node_modules/service': { link: true },
};

/** A project that is installed, and what the script says about it; npm's place is taken by a script that notes its call. */
function installedProject(): {
  file: (path: string) => string;
  check: () => { installs: boolean; status: number | null };
} {
  const root = temporaryFolder();
  const file = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  copyFileSync(join(repositoryRoot, 'scripts/ensure-installed.mjs'), file('scripts/ensure-installed.mjs'));
  const { 'node_modules/for-another-platform': _, ...installed } = packages;
  writeFileSync(file('package-lock.json'), JSON.stringify({ packages }));
  writeFileSync(file('node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  for (const path of ['node_modules/.bin/node', 'node_modules/a/x', 'service/node_modules/a/x']) {
    writeFileSync(file(path), '');
  }
  writeFileSync(
    file('npm.cjs'),
    `require('node:fs').writeFileSync(${JSON.stringify(file('called'))}, process.argv[2])`,
  );
  return {
    file,
    check() {
      const env = { PATH: process.env.PATH, npm_execpath: file('npm.cjs') };
      const { status } = spawnSync(process.execPath, [file('scripts/ensure-installed.mjs')], { env });
      return { installs: existsSync(file('called')), status };
    },
  };
}

test('what is installed as the lockfile says is left alone', () => {
  expect(installedProject().check()).toEqual({ installs: false, status: 0 });
});

test.each([
  ['nothing is installed', 'node_modules'],
  ['a package inside a workspace is missing', 'service/node_modules'],
  ['the pinned Node is missing', 'node_modules/.bin/node'],
])('it is installed where %s', (_case, missing) => {
  const { file, check } = installedProject();
  rmSync(file(missing), { recursive: true });
  expect(check()).toEqual({ installs: true, status: 0 });
});

test('it is installed where the lockfile asks for another version', () => {
  const { file, check } = installedProject();
  const changed = { ...packages, 'node_modules/a': { version: '1.0.1', integrity: 'sha512-d' } };
  writeFileSync(file('package-lock.json'), JSON.stringify({ packages: changed }));
  expect(check().installs).toBe(true);
});
