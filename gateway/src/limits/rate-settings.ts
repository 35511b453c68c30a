import { choice, integer, optional, type SettingsDefinition, secretText } from '@atrium/service-kit/settings';

/** What the gateway is told about how often it may be called. */
export const rateSettings = {
  requestsPerMinute: integer('REQUESTS_PER_MINUTE', 'requests a minute of a key that has no limit of its own', {
    fallback: 6_000,
    min: 1,
    max: 10_000_000,
  }),
  failedKeysPerMinute: integer(
    'FAILED_KEYS_PER_MINUTE',
    'requests without a valid key that an address may send in a minute before they are RATE_LIMITED',
    { fallback: 60, min: 1, max: 1_000_000 },
  ),
  rateLimitStore: choice(
    'RATE_LIMIT_STORE',
    'where requests are counted: memory is for one gateway, the others are for several that count together',
    ['memory', 'postgresql', 'redis'],
    'memory',
  ),
  rateLimitTimeoutMs: integer(
    'RATE_LIMIT_TIMEOUT_MS',
    'how long a request waits for a shared count before the gateway counts by itself',
    { fallback: 250, min: 10, max: 5_000 },
  ),
  redisUrl: optional(secretText('REDIS_URL', 'the Redis or Valkey to count in, redis://user:password@host:6379/0')),
} satisfies SettingsDefinition;
