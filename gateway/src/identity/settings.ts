import { integer, type SettingsDefinition } from '@atrium/service-kit/settings';

/** What the gateway is told about keys. */
export const identitySettings = {
  keyCacheMs: integer('KEY_CACHE_MS', 'how long a key is believed without asking the database', {
    fallback: 3_000,
    min: 100,
    max: 5_000,
  }),
  keyLookupTimeoutMs: integer('KEY_LOOKUP_TIMEOUT_MS', 'how long the database may take to know a key', {
    fallback: 2_000,
    min: 100,
    max: 10_000,
  }),
  keyUseFlushMs: integer('KEY_USE_FLUSH_MS', 'how often the last use of keys is written, all of them at once', {
    fallback: 5_000,
    min: 100,
    max: 60_000,
  }),
} satisfies SettingsDefinition;
