import { seeded } from '@atrium/service-kit/testing/seeded';
import { expect, test } from '@jest/globals';
import { FrequencyCache } from './frequency-cache.ts';

const cacheOf = (entries: number) =>
  new FrequencyCache<number>({ maxBytes: entries, expectedEntries: entries, seed: 7 });

/** Reads through the cache, as its owner does; whether it was a hit. */
function read(cache: FrequencyCache<number>, key: string, bytes = 1): boolean {
  if (cache.get(key) !== undefined) return true;
  cache.set(key, 1, bytes);
  return false;
}

test('the hot set stays while a million other ids are scanned', () => {
  // As many as the default of USER_CACHE_BYTES has room for.
  const cache = cacheOf(65_000);
  const hot = Array.from({ length: 60_000 }, (_, index) => `hot-${index}`);
  for (let round = 0; round < 5; round += 1) for (const key of hot) read(cache, key);
  for (let index = 0; index < 1_000_000; index += 1) read(cache, `scanned-${index}`);
  const stayed = hot.filter((key) => cache.peek(key) !== undefined);
  expect(stayed.length).toBeGreaterThanOrEqual(0.99 * hot.length);
});

test('a hot set that is in use stays in a small cache too, though twenty ids are scanned for each of its reads', () => {
  const cache = cacheOf(1_000);
  const hot = Array.from({ length: 900 }, (_, index) => `hot-${index}`);
  for (let round = 0; round < 5; round += 1) for (const key of hot) read(cache, key);
  let hits = 0;
  for (let index = 0; index < 1_000_000; index += 1) {
    read(cache, `scanned-${index}`);
    if (index % 20 === 0) hits += Number(read(cache, hot[(index / 20) % hot.length] as string));
  }
  expect(hits / 50_000).toBeGreaterThan(0.9);
});

test('what becomes frequent takes the place of what was', () => {
  const cache = cacheOf(100);
  for (let round = 0; round < 100; round += 1) for (let key = 0; key < 100; key += 1) read(cache, `old-${key}`);
  for (let round = 0; round < 100; round += 1) for (let key = 0; key < 90; key += 1) read(cache, `new-${key}`);
  const kept = Array.from({ length: 90 }, (_, key) => cache.peek(`new-${key}`)).filter(Boolean);
  expect(kept.length).toBeGreaterThanOrEqual(80);
});

test('the bytes are never more than allowed, whatever is put in, replaced and taken out', () => {
  const maxBytes = 10_000;
  const cache = new FrequencyCache<number>({ maxBytes, expectedEntries: 100, seed: 7 });
  const random = seeded(42);
  const held = new Map<string, number>();
  let most = 0;
  for (let step = 0; step < 100_000; step += 1) {
    const key = `key-${Math.floor(random() * 400)}`;
    const bytes = 1 + Math.floor(random() ** 4 * 12_000);
    const choice = random();
    if (choice < 0.5) cache.get(key);
    else if (choice < 0.9) {
      cache.set(key, step, bytes);
      held.set(key, bytes);
    } else if (choice < 0.999) cache.delete(key);
    else cache.clear();
    most = Math.max(most, cache.bytes);
  }
  expect(most).toBeLessThanOrEqual(maxBytes);
  expect(most).toBeGreaterThan(0.9 * maxBytes);
  const present = [...held].filter(([key]) => cache.peek(key) !== undefined);
  expect(present).toHaveLength(cache.size);
  expect(present.reduce((sum, [, bytes]) => sum + bytes, 0)).toBe(cache.bytes);
});

test('a value that is put in again is the one that is found, and counts once', () => {
  const cache = cacheOf(10);
  cache.set('a', 1, 1);
  cache.set('a', 2, 3);
  expect([cache.get('a'), cache.size, cache.bytes]).toEqual([2, 1, 3]);
  cache.delete('a');
  expect([cache.get('a'), cache.size, cache.bytes]).toEqual([undefined, 0, 0]);
});
