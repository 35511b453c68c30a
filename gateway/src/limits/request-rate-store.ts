import { parseDatabaseUrl } from '@atrium/service-kit';
import { Redis } from 'ioredis';
import pg from 'pg';
import { RateLimiterPostgres, RateLimiterRedis, type RateLimiterStoreAbstract } from 'rate-limiter-flexible';
import { type RateState, toRateState, windowMs } from './request-rate-window.ts';

/** Counts for several gateways at once. It rejects where its store does not answer in time. */
export interface SharedCounter {
  take(id: string, limit: number, points: number): Promise<RateState>;
  close(): Promise<void>;
}

const longestRetryMs = 2_000;
/** Limits differ from key to key, so the library counts and we judge: its own limit plays no part. */
const counting = { points: 1, duration: windowMs / 1_000 };

/** Counts in the table request_rates of the gateway's own database, by the gateways' clocks. */
export function countInPostgres(databaseUrl: string, timeoutMs: number): SharedCounter {
  const pool = new pg.Pool({
    ...parseDatabaseUrl(databaseUrl),
    max: 10,
    application_name: 'atrium-request-rates',
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  // The next request opens another connection, or finds that it cannot.
  pool.on('error', () => {});
  const store = { storeClient: pool, storeType: 'pool', tableName: 'request_rates', tableCreated: true };
  return countWith(new RateLimiterPostgres({ ...counting, ...store, keyPrefix: '' }), () => pool.end());
}

/** Counts in Redis or Valkey, by its clock. */
export function countInRedis(redisUrl: string, timeoutMs: number): SharedCounter {
  const redis = new Redis(redisUrl, {
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // A request does not wait for a connection to come back, and nothing is counted twice.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(longestRetryMs, 50 * 2 ** times),
  });
  // What it says is said again by the commands that fail meanwhile.
  redis.on('error', () => {});
  const limiter = new RateLimiterRedis({ ...counting, storeClient: redis, keyPrefix: 'atrium:rate' });
  return countWith(limiter, async () => redis.disconnect());
}

function countWith(limiter: RateLimiterStoreAbstract, close: () => Promise<void>): SharedCounter {
  return {
    async take(id, limit, points) {
      if (points > 1) {
        // What is refused is not charged. One request that is too many is charged all the same: nothing is left anyway.
        const before = await limiter.get(id);
        const used = before?.consumedPoints ?? 0;
        if (used + points > limit) return toRateState(limit, used, before?.msBeforeNext ?? windowMs, true);
      }
      // It adds and tells the sum; the library's `consume` would reject besides.
      const after = await limiter.penalty(id, points);
      return toRateState(limit, after.consumedPoints, after.msBeforeNext, after.consumedPoints > limit);
    },
    close,
  };
}
