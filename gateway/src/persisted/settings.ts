import { choice, integer, optional, type SettingsDefinition, text } from '@atrium/service-kit/settings';

/** Which operations are known by their hash, and whether any other is served. */
export const persistedSettings = {
  persistedQueriesPath: optional(
    text('PERSISTED_QUERIES_PATH', 'the manifest of known operations, persisted-queries.json in Apollo’s format'),
  ),
  persistedQueriesOnly: choice(
    'PERSISTED_QUERIES_ONLY',
    'whether operations that the manifest does not hold are refused',
    ['true', 'false'],
    'false',
  ),
  persistedQueriesMaxBytes: integer(
    'PERSISTED_QUERIES_MAX_BYTES',
    'the memory for operations that clients register by themselves (APQ); with 0 they may not',
    { fallback: 8 * 1024 * 1024, max: 1024 * 1024 * 1024 },
  ),
} satisfies SettingsDefinition;
