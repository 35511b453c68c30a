import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@atrium/stack';
import { expect, test } from '@jest/globals';

function read(file: string): string {
  return readFileSync(join(repositoryRoot, file), 'utf8');
}

type PackageFile = Record<
  'dependencies' | 'devDependencies' | 'optionalDependencies',
  Record<string, string> | undefined
>;

const packages = globSync(['package.json', '*/package.json', 'subgraphs/*/package.json'], { cwd: repositoryRoot });
const direct = packages.flatMap((file) => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read(file)) as PackageFile;
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
});
const foreign = new Map(direct.filter(([name]) => !name.startsWith('@atrium/')));

test('every direct dependency has its reason, and every reason its dependency', () => {
  const rows = read('docs/DEPENDENCIES.md').matchAll(/^\| (?!package|---)([^|]+) \|/gm);
  const documented = [...rows].flatMap(([, names = '']) => names.split(', '));
  expect(documented.toSorted()).toEqual([...foreign.keys()].toSorted());
});

test('every direct dependency stands at one exact version', () => {
  expect(direct.filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version))).toEqual([]);
  expect(direct.filter(([name, version]) => foreign.has(name) && foreign.get(name) !== version)).toEqual([]);
});

test('every code of userErrors that a schema names is explained', () => {
  const errors = read('docs/ERRORS.md');
  const explained = [...errors.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  const schemas = globSync('subgraphs/*/schema.graphql', { cwd: repositoryRoot }).map(read);
  const enums = schemas.map((sdl) => /enum UserErrorCode \{(.*?)\n\}/s.exec(sdl)?.[1] ?? '');
  const codes = new Set(enums.flatMap((body) => body.match(/^ {2}[A-Z_]+$/gm) ?? []).map((code) => code.trim()));
  expect(codes.size).toBeGreaterThan(30);
  expect([...codes].filter((code) => !explained.includes(code))).toEqual([]);
});

test('the lockfile tells no download address', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved": "http/);
});
