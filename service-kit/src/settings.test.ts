import { expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  address,
  addresses,
  choice,
  integer,
  list,
  optional,
  readSettings,
  SettingsError,
  secretKey,
  secretKeys,
  text,
} from './settings.ts';

const definition = {
  mode: choice('ATRIUM_MODE', 'the mode', ['production', 'development'], 'production'),
  port: integer('PORT', 'the port', { fallback: 4000, max: 65_535 }),
  sister: address('SISTER_URL', 'the sister'),
  key: secretKey('KEY', 'a key'),
  waitMs: integer('WAIT_MS', 'the wait', { fallback: 1_000, productionMinimum: 500 }),
  note: optional(text('NOTE', 'a note')),
};

const good = { SISTER_URL: 'http://localhost:1/', KEY: Buffer.alloc(32, 1).toString('base64url') };

function faultsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    readSettings(definition, env);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}

test('settings are typed, trimmed and defaulted', () => {
  expect(readSettings(definition, { ...good, PORT: '' })).toMatchObject({
    mode: 'production',
    port: 4000,
    sister: 'http://localhost:1',
    key: Buffer.alloc(32, 1),
    waitMs: 1_000,
    note: undefined,
  });
});

test('all faults are told at once, by the names of the settings', () => {
  const faults = faultsOf({ PORT: '70000', KEY: 'short', WAIT_MS: '1e3' });
  expect(faults.map((fault) => fault.split(':')[0])).toEqual(['PORT', 'SISTER_URL', 'KEY', 'WAIT_MS']);
  expect(faults.join()).not.toContain('short');
});

test('what suits a test is refused in production', () => {
  expect(faultsOf({ ...good, WAIT_MS: '10' })).toEqual([]);
  expect(faultsOf({ ...good, WAIT_MS: '10', NODE_ENV: 'production' })).toEqual([
    'WAIT_MS: must be at least 500 with NODE_ENV=production',
  ]);
  expect(faultsOf({ ...good, ATRIUM_MODE: 'development', NODE_ENV: 'production' })).toHaveLength(1);
});

test('a list is judged item by item, and is empty where nothing is given', () => {
  const ports = {
    ports: list('PORTS', 'some ports', z.string().regex(/^\d+$/, 'must be numbers').transform(Number), '80, 443'),
  };
  expect(readSettings(ports, {}).ports).toEqual([80, 443]);
  expect(readSettings(ports, { PORTS: ' 1,,2 ' }).ports).toEqual([1, 2]);
  expect(() => readSettings(ports, { PORTS: '1,x' })).toThrow('PORTS: must be numbers (some ports)');
  expect(readSettings({ names: list('NAMES', 'some names', z.string()) }, {}).names).toEqual([]);
});

test('the addresses of a service are one or more', () => {
  const sisters = { sisters: addresses('SISTER_URL', 'the sister') };
  const read = (SISTER_URL: string) => readSettings(sisters, { SISTER_URL }).sisters;
  expect(read('http://localhost:1/')).toEqual(['http://localhost:1']);
  expect(read('http://a:1/base/, https://b')).toEqual(['http://a:1/base', 'https://b']);
  for (const none of ['', ' , ']) expect(() => read(none)).toThrow('SISTER_URL: is required');
  expect(() => read('http://a:1,b:2')).toThrow('SISTER_URL: must be an http(s) address');
});

test('a key that rotates is read with those that it follows, and not without any', () => {
  const keys = [Buffer.alloc(32, 1), Buffer.alloc(40, 2)];
  const rotating = { keys: secretKeys('KEYS', 'the keys') };
  const read = (text: string) => readSettings(rotating, { KEYS: text });
  expect(read(keys.map((key) => key.toString('base64url')).join(', '))).toEqual({ keys });
  for (const text of ['', ' , ', `${Buffer.alloc(32).toString('base64url')},short`]) {
    expect(() => read(text)).toThrow(SettingsError);
  }
});
