import { byLabel, openSeries, type Registry } from '@atrium/service-kit/metrics';
import type { UserCache, UserCacheStatistics } from './user-cache.ts';

/** Adds what the cache of users does to a service's metrics; it is read when they are. */
export function registerCacheMetrics(registry: Registry, cache: Pick<UserCache, 'statistics'>): void {
  const series = openSeries(registry, 'atrium_profile_user_cache_');
  const gauge = (name: string, help: string, value: (statistics: UserCacheStatistics) => number) =>
    series.gauge(name, help, [], () => [[{}, value(cache.statistics())]]);
  gauge('bytes', 'Memory that the cache of users takes, its bookkeeping included', ({ bytes }) => bytes);
  gauge('max_bytes', 'The most that it may take', ({ maxBytes }) => maxBytes);
  gauge('entries', 'Users in the cache', ({ entries }) => entries);
  gauge('listening', '1 while changes are heard; else reads go to the database', ({ listening }) => Number(listening));
  gauge('hit_ratio', 'The part of all reads by id that memory answered, since the start', hitRatio);
  series.counter('evictions_total', 'Users who had to go for others', [], () => [[{}, cache.statistics().evictions]]);
  const reads =
    'Reads of a user by id: hit, negative (known not to exist), miss, or bypass (nobody confirms what is cached)';
  series.counter('reads_total', reads, ['result'], () => {
    const { hits, negativeHits, misses, bypasses } = cache.statistics();
    return byLabel('result', { hit: hits, negative: negativeHits, miss: misses, bypass: bypasses });
  });
}

function hitRatio({ hits, negativeHits, misses, bypasses }: UserCacheStatistics): number {
  const reads = hits + negativeHits + misses + bypasses;
  return reads === 0 ? 0 : (hits + negativeHits) / reads;
}
