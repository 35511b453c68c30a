import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { TokenCache } from './token-cache.ts';

const now = new Date('2026-11-24T09:30:00.000Z').getTime();

beforeEach(() => {
  jest.useFakeTimers({ now, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});

afterEach(() => {
  jest.useRealTimers();
});

test('tokens that nobody asks for any more are forgotten once they have expired', () => {
  const tokens = new TokenCache(60_000);
  for (let i = 0; i < 100; i++) tokens.get(`client ${i}`, async () => 'a token');
  jest.setSystemTime(now + 30_000);
  tokens.get('a later one', async () => 'a token');
  expect(tokens.size).toBe(101);
  jest.setSystemTime(now + 60_000);
  tokens.get('client 0', async () => 'a token');
  expect(tokens.size).toBe(2);
});

test('a token that could not be signed is tried again by the next one who asks', async () => {
  const tokens = new TokenCache(60_000);
  await expect(tokens.get('a client', () => Promise.reject(new Error('no key'))).signed).rejects.toThrow('no key');
  expect(await tokens.get('a client', async () => 'a token').signed).toBe('a token');
});
