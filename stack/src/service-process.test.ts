import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { reasonIn, serviceProcess } from './service-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('the faults of the settings are told together, in one line', () => {
  expect(reasonIn('PORT: must be a number\nHOST: is required\n')).toBe('PORT: must be a number; HOST: is required');
});

test('of a stack trace the line with the error is told', () => {
  const trace =
    'file:///x.ts:1\nthrow new Error("no")\n^\n\nTypeError: no such thing\n    at x (file:///x.ts:1:1)\n\nNode.js v24\n';
  expect(reasonIn(trace)).toBe('TypeError: no such thing');
});

test('silence is told as silence', () => {
  expect(reasonIn('')).toBe('it gave no reason');
});

test('a service that is stopped before its environment is known does not come up afterwards', async () => {
  const environment = Promise.withResolvers<Record<string, string>>();
  const service = serviceProcess({
    name: 'image',
    url: 'http://127.0.0.1:9',
    environment: () => environment.promise,
    logFile: join(temporaryFolder(), 'image.log'),
    restart: false,
  });
  const started = service.start();
  await service.stop();
  environment.resolve({});
  await expect(started).rejects.toThrow('image was stopped before it had started.');
  expect(service.pid).toBeUndefined();
});

test('a service that cannot start is told by all that it said, down to its last line', async () => {
  const service = serviceProcess({
    name: 'image',
    url: 'http://127.0.0.1:9',
    environment: async () => ({ PATH: process.env.PATH ?? '' }),
    logFile: join(temporaryFolder(), 'image.log'),
    restart: false,
  });
  await expect(service.start()).rejects.toThrow(/^image did not start: SIGNING_KEY: .*; IDEMPOTENCY_HMAC_KEY: [^;]*$/);
});
