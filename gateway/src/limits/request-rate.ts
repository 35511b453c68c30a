import { describeError } from '@atrium/service-kit';
import { SettingsError } from '@atrium/service-kit/settings';
import type { Logger } from 'pino';
import type { ApiClient } from '../identity/authenticator.ts';
import { addressGroup } from './request-rate-address.ts';
import type { SharedCounter } from './request-rate-store.ts';
import { createWindowCounter, type RateState } from './request-rate-window.ts';

/** Counts requests against their limits; whoever asks refuses what exceeds them. */
export interface RequestRate {
  /**
   * Charges a key for a request that is worth so many. At once where the gateway counts by itself, else when the shared
   * store has answered. It never rejects.
   */
  take(client: ApiClient, points: number): RateState | Promise<RateState>;
  /** Charges an address for a request without a valid key. */
  takeFailedKey(address: string | undefined): RateState;
  close(): Promise<void>;
}

/** The limits of callers that have none of their own; see the gateway's settings. */
export interface RequestRateOptions {
  requestsPerMinute: number;
  failedKeysPerMinute: number;
}

/** Where requests are counted; see the gateway's settings. */
export interface SharedCounterOptions {
  rateLimitStore: 'memory' | 'postgresql' | 'redis';
  rateLimitTimeoutMs: number;
  databaseUrl: string;
  redisUrl: string | undefined;
}

const maxKeys = 10_000;
const maxAddresses = 10_000;
/** How long a shared store that failed is left alone. */
const pauseMs = 500;

/**
 * Counts in this process or in a shared store. While the store is away each gateway goes on with counts of its own:
 * a limit that is kept loosely is better than a graph that is down. The library's insurance would do so too, but let
 * every single request wait for a store that hangs.
 */
export function createRequestRate(
  options: RequestRateOptions,
  shared: SharedCounter | undefined,
  logger: Logger,
): RequestRate {
  const own = createWindowCounter({ maxIds: maxKeys });
  // Kept by each gateway for itself: whoever sends bad keys shall not cause calls to a store.
  const failedKeys = createWindowCounter({ maxIds: maxAddresses });
  let isAway = false;
  let tryAgainAt = 0;

  async function takeShared(counter: SharedCounter, id: string, limit: number, points: number): Promise<RateState> {
    try {
      const state = await counter.take(id, limit, points);
      if (isAway) logger.info('requests are counted in the shared store again');
      isAway = false;
      return state;
    } catch (error) {
      if (!isAway) logger.warn({ error: describeError(error) }, 'the shared store is away: requests are counted here');
      isAway = true;
      tryAgainAt = performance.now() + pauseMs;
      return own.take(id, limit, points);
    }
  }

  return {
    take({ keyId, requestsPerMinute }, points) {
      const limit = requestsPerMinute ?? options.requestsPerMinute;
      if (!shared) return own.take(keyId, limit, points);
      if (isAway) {
        const now = performance.now();
        if (now < tryAgainAt) return own.take(keyId, limit, points);
        // This request tries; those that come while it waits do not.
        tryAgainAt = now + pauseMs;
      }
      return takeShared(shared, keyId, limit, points);
    },
    takeFailedKey(address = 'unknown') {
      return failedKeys.take(addressGroup(address), options.failedKeysPerMinute, 1);
    },
    close: async () => shared?.close(),
  };
}

/** Opens the store that gateways share; undefined where each counts by itself, who is spared the libraries for it. */
export async function openSharedCounter(options: SharedCounterOptions): Promise<SharedCounter | undefined> {
  const { rateLimitStore, rateLimitTimeoutMs, databaseUrl, redisUrl } = options;
  if (rateLimitStore === 'memory') return undefined;
  const { countInPostgres, countInRedis } = await import('./request-rate-store.ts');
  if (rateLimitStore === 'postgresql') return countInPostgres(databaseUrl, rateLimitTimeoutMs);
  if (redisUrl === undefined) throw new SettingsError(['REDIS_URL: is required with RATE_LIMIT_STORE=redis']);
  return countInRedis(redisUrl, rateLimitTimeoutMs);
}
