import { isIP } from 'node:net';
import {
  address,
  addresses,
  callSettings,
  choice,
  commonSettings,
  integer,
  list,
  optional,
  readSettings,
  type Settings,
  type SettingsDefinition,
  SettingsError,
  secretText,
  text,
} from '@atrium/service-kit/settings';
import { z } from 'zod';
import { identitySettings } from './identity/settings.ts';
import { rateSettings } from './limits/rate-settings.ts';
import { limitSettings } from './limits/settings.ts';
import { observabilitySettings } from './observability/settings.ts';
import { persistedSettings } from './persisted/settings.ts';

/** What the command line for API keys needs to know. */
export const databaseSettings = { databaseUrl: commonSettings.databaseUrl } satisfies SettingsDefinition;

const mebibyte = 1024 * 1024;

/** What only a gateway needs that knows its clients by API keys and signs for them. */
const keySettings = {
  signingKey: commonSettings.signingKey,
  trustedKeys: commonSettings.trustedKeys,
  databaseUrl: commonSettings.databaseUrl,
  databaseConnections: commonSettings.databaseConnections,
  profileUrls: addresses('PROFILE_URL', 'where Profile listens', 'http://localhost:4001'),
  imageUrls: addresses('IMAGE_URL', 'where Image listens', 'http://localhost:4002'),
  messagingUrls: addresses('MESSAGING_URL', 'where Messaging listens', 'http://localhost:4003'),
  ...identitySettings,
} satisfies SettingsDefinition;

/** What every gateway is told. */
const graphSettings = {
  mode: commonSettings.mode,
  host: commonSettings.host,
  logLevel: commonSettings.logLevel,
  metricsToken: commonSettings.metricsToken,
  drainTimeoutMs: commonSettings.drainTimeoutMs,
  auth: choice(
    'GATEWAY_AUTH',
    'how clients are known: by API key; or not at all, to serve any other supergraph in development, without a database',
    ['key', 'none'],
    'key',
  ),
  port: integer('GATEWAY_PORT', 'the port to listen on', { fallback: 4000, max: 65_535 }),
  publicUrl: address('PUBLIC_URL', 'the address that people and clients use', 'http://localhost:4000'),
  supergraphPath: text('SUPERGRAPH_PATH', 'the composed graph to serve; a new one is taken while serving'),
  supergraphCheckMs: integer('SUPERGRAPH_CHECK_MS', 'how often the composed graph is looked at for a new one', {
    fallback: 1_000,
    min: 100,
    max: 60_000,
  }),
  subgraphConnections: integer('SUBGRAPH_CONNECTIONS', 'connections kept to each subgraph', {
    fallback: 64,
    min: 1,
    max: 1_024,
  }),
  ...callSettings,
  ...limitSettings,
  ...rateSettings,
  ...persistedSettings,
  ...observabilitySettings,
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
  webhookMaxBytes: integer('WEBHOOK_MAX_BYTES', 'the largest batch of a provider’s news; SendGrid’s end at 768 KB', {
    fallback: mebibyte,
    min: 1_024,
  }),
  bodiesMaxBytes: integer('BODIES_MAX_BYTES', 'what all JSON requests under way may hold together', {
    fallback: 64 * mebibyte,
    min: mebibyte,
  }),
  compressFromBytes: integer('COMPRESS_FROM_BYTES', 'the smallest answer that is compressed for those who accept it', {
    fallback: 4_096,
    min: 256,
  }),
  headersTimeoutMs: integer('HEADERS_TIMEOUT_MS', 'how long a client may take to send its headers', {
    fallback: 10_000,
    min: 500,
    max: 60_000,
  }),
  drainDelayMs: integer('DRAIN_DELAY_MS', 'how long a stopping gateway still takes connections, unready already', {
    fallback: 2_000,
    max: 30_000,
  }),
} satisfies SettingsDefinition;

/** Every setting that a gateway may have. */
export const settings = { ...keySettings, ...graphSettings } satisfies SettingsDefinition;

/** The gateway's settings, parsed; `keys` is undefined where it knows no clients. */
export type GatewaySettings = Settings<typeof graphSettings> & { keys: Settings<typeof keySettings> | undefined };

/** Reads the gateway's settings. Where clients are not known there is nothing to sign and no database to ask. */
export function readGatewaySettings(env: NodeJS.ProcessEnv): GatewaySettings {
  const { auth } = readSettings({ auth: graphSettings.auth }, env);
  if (auth === 'none') {
    const open = readSettings(graphSettings, { ...env, ATRIUM_MODE: env.ATRIUM_MODE || 'development' });
    if (open.mode !== 'development') throw new SettingsError(['GATEWAY_AUTH: none is for development only']);
    return { ...open, keys: undefined };
  }
  const read = readSettings(settings, env);
  return { ...read, keys: read };
}

function isRange(range: string): boolean {
  const [ip = '', prefix, ...rest] = range.split('/');
  const version = isIP(ip);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}
