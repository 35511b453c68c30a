import { Counter, Gauge, type Registry } from 'prom-client';
import type { UserCache, UserCacheStatistics } from './user-cache.ts';

/** Adds what the cache of users does to a service's metrics; it is read when they are. */
export function registerCacheMetrics(registry: Registry, cache: Pick<UserCache, 'statistics'>): void {
  const gauge = (name: string, help: string, value: (statistics: UserCacheStatistics) => number) =>
    new Gauge({
      name: `atrium_profile_user_cache_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value(cache.statistics()));
      },
    });
  gauge('bytes', 'Memory that the cache of users takes, its bookkeeping included', ({ bytes }) => bytes);
  gauge('max_bytes', 'The most that it may take', ({ maxBytes }) => maxBytes);
  gauge('entries', 'Users in the cache', ({ entries }) => entries);
  gauge('listening', '1 while changes are heard; else reads go to the database', ({ listening }) => Number(listening));
  gauge('hit_ratio', 'The part of all reads by id that memory answered, since the start', hitRatio);
  new Counter({
    name: 'atrium_profile_user_cache_evictions_total',
    help: 'Users who had to go for others',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(cache.statistics().evictions);
    },
  });
  new Counter({
    name: 'atrium_profile_user_cache_reads_total',
    help: 'Reads of a user by id: hit, negative (known not to exist), miss, or bypass (nobody confirms what is cached)',
    labelNames: ['result'],
    registers: [registry],
    collect() {
      this.reset();
      const { hits, negativeHits, misses, bypasses } = cache.statistics();
      this.inc({ result: 'hit' }, hits);
      this.inc({ result: 'negative' }, negativeHits);
      this.inc({ result: 'miss' }, misses);
      this.inc({ result: 'bypass' }, bypasses);
    },
  });
}

function hitRatio({ hits, negativeHits, misses, bypasses }: UserCacheStatistics): number {
  const reads = hits + negativeHits + misses + bypasses;
  return reads === 0 ? 0 : (hits + negativeHits) / reads;
}
