import { isIP } from 'node:net';
import {
  address,
  commonSettings,
  integer,
  list,
  optional,
  type Settings,
  type SettingsDefinition,
  secretText,
  text,
} from '@atrium/service-kit/settings';
import { z } from 'zod';
import { identitySettings } from './identity/settings.ts';
import { rateSettings } from './limits/rate-settings.ts';

/** What the command line for API keys needs to know. */
export const databaseSettings = { databaseUrl: commonSettings.databaseUrl } satisfies SettingsDefinition;

const mebibyte = 1024 * 1024;

/** The gateway's settings. */
export const settings = {
  ...commonSettings,
  port: integer('PORT', 'the port to listen on', { fallback: 4000, max: 65_535 }),
  publicUrl: address('PUBLIC_URL', 'the address that people and clients use', 'http://localhost:4000'),
  supergraphPath: text('SUPERGRAPH_PATH', 'the composed graph to serve'),
  profileUrl: address('PROFILE_URL', 'where Profile listens', 'http://localhost:4001'),
  imageUrl: address('IMAGE_URL', 'where Image listens', 'http://localhost:4002'),
  messagingUrl: address('MESSAGING_URL', 'where Messaging listens', 'http://localhost:4003'),
  subgraphConnections: integer('SUBGRAPH_CONNECTIONS', 'connections kept to each subgraph', {
    fallback: 64,
    min: 1,
    max: 1_024,
  }),
  corsOrigins: list(
    'CORS_ORIGINS',
    'further web origins that may call the graph from a browser, with commas between',
    z.string().refine((origin) => URL.canParse(origin) && new URL(origin).origin === origin, 'must be origins'),
  ),
  trustedProxies: list(
    'TRUSTED_PROXIES',
    'proxies whose X-Forwarded-For counts, as addresses or CIDR ranges with commas between',
    z.string().refine(isRange, 'must be addresses or CIDR ranges'),
  ),
  developmentApiKey: optional(
    secretText('DEVELOPMENT_API_KEY', 'the key that the pages for developers are preset with; development only'),
  ),
  ...identitySettings,
  ...rateSettings,
  requestTimeoutMs: integer('REQUEST_TIMEOUT_MS', 'how long a request may take in all, uploads apart', {
    fallback: 10_000,
    min: 100,
    max: 120_000,
    productionMinimum: 1_000,
  }),
  subgraphTimeoutMs: integer('SUBGRAPH_TIMEOUT_MS', 'how long one call to a subgraph may take', {
    fallback: 5_000,
    min: 50,
    max: 60_000,
    productionMinimum: 500,
  }),
  uploadTimeoutMs: integer('UPLOAD_TIMEOUT_MS', 'how long a request with files may take in all', {
    fallback: 60_000,
    min: 1_000,
    max: 600_000,
    productionMinimum: 10_000,
  }),
  uploadMaxBytes: integer('UPLOAD_MAX_BYTES', 'the largest file of an upload', { fallback: 10 * mebibyte, min: 1 }),
  uploadMaxFiles: integer('UPLOAD_MAX_FILES', 'the most files of one upload', { fallback: 4, min: 1, max: 4 }),
  jsonMaxBytes: integer('JSON_MAX_BYTES', 'the largest JSON request', { fallback: mebibyte / 4, min: 1_024 }),
  imageJsonMaxBytes: integer('IMAGE_JSON_MAX_BYTES', 'the largest JSON request of a key with image:write (base64)', {
    fallback: 14 * mebibyte,
    min: 1_024,
  }),
  documentMaxTokens: integer('DOCUMENT_MAX_TOKENS', 'the longest document, in tokens', { fallback: 4_000, min: 100 }),
  documentMaxDepth: integer('DOCUMENT_MAX_DEPTH', 'the deepest nesting of a document', { fallback: 20, min: 5 }),
  documentMaxAliases: integer('DOCUMENT_MAX_ALIASES', 'the most aliases of an operation, fragments spread out', {
    fallback: 100,
    min: 1,
  }),
  documentMaxSelections: integer('DOCUMENT_MAX_SELECTIONS', 'the most fields of an operation, fragments spread out', {
    fallback: 10_000,
    min: 100,
  }),
} satisfies SettingsDefinition;

/** The gateway's settings, parsed. */
export type GatewaySettings = Settings<typeof settings>;

function isRange(range: string): boolean {
  const [ip = '', prefix, ...rest] = range.split('/');
  const version = isIP(ip);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}
