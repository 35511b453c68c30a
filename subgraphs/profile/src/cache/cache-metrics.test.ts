import { newId } from '@atrium/service-kit';
import { Registry } from '@atrium/service-kit/metrics';
import { expect, test } from '@jest/globals';
import { registerCacheMetrics } from './cache-metrics.ts';
import { createUserCache } from './user-cache.ts';

test('the metrics tell what the cache holds and how often it served', async () => {
  const registry = new Registry();
  const cache = createUserCache({
    maxBytes: 1024 * 1024,
    maxAgeMs: 60_000,
    readUsers: async (ids) => ids.map(() => undefined),
  });
  registerCacheMetrics(registry, cache);
  const id = newId();
  await cache.load(id);
  expect(await registry.metrics()).toContain('atrium_profile_user_cache_listening 0');
  cache.listening();
  cache.confirm(performance.now());
  for (let time = 0; time < 4; time += 1) await cache.load(id);
  const text = await registry.metrics();
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  expect(lines).toEqual(
    expect.arrayContaining([
      'atrium_profile_user_cache_listening 1',
      'atrium_profile_user_cache_max_bytes 1048576',
      'atrium_profile_user_cache_entries 0',
      'atrium_profile_user_cache_hit_ratio 0.6',
      'atrium_profile_user_cache_evictions_total 0',
      'atrium_profile_user_cache_reads_total{result="bypass"} 1',
      'atrium_profile_user_cache_reads_total{result="miss"} 1',
      'atrium_profile_user_cache_reads_total{result="negative"} 3',
      'atrium_profile_user_cache_reads_total{result="hit"} 0',
    ]),
  );
});
