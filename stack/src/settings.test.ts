import { expect, test } from '@jest/globals';
import { readSettings } from './settings.ts';

test('everything has a default', () => {
  const settings = readSettings({});
  expect(settings).toMatchObject({
    host: '127.0.0.1',
    ports: { gateway: 4000, profile: 4001, image: 4002, messaging: 4003 },
  });
  expect(settings.databaseUrl).toBeUndefined();
});

test('an empty variable counts as not set', () => {
  expect(readSettings({ PORT: '', DATABASE_URL: '' }).ports.gateway).toBe(4000);
});

test('all faults are told in one line, and no address is repeated', () => {
  const read = () => readSettings({ PORT: '70000', IMAGE_PORT: '4e3', DATABASE_URL: 'mysql://user:geheim@host/x' });
  expect(read).toThrow(
    'PORT: must be from 1 to 65535; IMAGE_PORT: must be from 1 to 65535; DATABASE_URL: must look like',
  );
  expect(read).not.toThrow(/geheim|\n/);
});
