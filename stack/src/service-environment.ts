import { join } from 'node:path';
import { compileCache } from './compile-cache.ts';
import { repositoryRoot, type ServiceName, serviceNames } from './repository.ts';
import { scratchFolder } from './scratch-folder.ts';
import { publicKeyOf, type Secrets } from './secrets.ts';

/** Settings for all services and for each one, as the caller of `startStack` gives them. */
export type ServiceSettings = Partial<Record<ServiceName | 'all', Record<string, string>>>;

/** What the environments of the services are made of. */
export type EnvironmentOptions = {
  /** The user's own environment: what the stack does not set passes through (SENDGRID_API_KEY and the like). */
  inherited: NodeJS.ProcessEnv;
  host: string;
  ports: Record<ServiceName, number>;
  /** The base URL of each service as its sisters reach it. */
  urls: Record<ServiceName, string>;
  publicUrl: string;
  dataDir: string;
  databases: Record<ServiceName, string>;
  secrets: Secrets;
  /** The key that the gateway's pages for people are preset with. */
  apiKey?: string;
  settings: ServiceSettings;
};

/** Where the composed supergraph lies. */
export const supergraphFile = join(repositoryRoot, 'supergraph', 'supergraph.graphql');

/** No vendor is told anything. */
export const telemetryOff = {
  APOLLO_TELEMETRY_DISABLED: 'true',
  TURBO_TELEMETRY_DISABLED: '1',
  CHECKPOINT_DISABLE: '1',
  DO_NOT_TRACK: '1',
};

const plenty = '1000000';

/**
 * Everybody who uses the system of one machine, a bench or a test above all, is one client at one address with numbers
 * that are much alike. The budget of each number is the same as anywhere.
 */
export const developmentBudgets: Record<string, string> = Object.fromEntries(
  ['PREFIX', 'COUNTRY', 'CALLER', 'ADDRESS'].flatMap((of) => [
    [`SEND_BUDGET_${of}_HOUR`, plenty],
    [`SEND_BUDGET_${of}_DAY`, plenty],
  ]),
);

/** The whole environment of one service's process. */
export function environmentOf(service: ServiceName, options: EnvironmentOptions): Record<string, string> {
  const { host, ports, databases, secrets, settings, inherited } = options;
  return {
    LOG_LEVEL: 'info',
    NODE_COMPILE_CACHE: compileCache,
    // Of the GNU C library: by default each thread keeps freed memory of its own, pictures' above all. Measured with
    // eight uploads of 6 MB at once, two arenas spare Image 40 to 130 MB and cost no time.
    MALLOC_ARENA_MAX: '2',
    ...(service === 'messaging' && developmentBudgets),
    ...passedThrough(inherited),
    ...telemetryOff,
    ATRIUM_MODE: 'development',
    HOST: host,
    PORT: String(ports[service]),
    DATABASE_URL: databases[service],
    TMPDIR: scratchFolder(options.dataDir, service),
    SIGNING_KEY: JSON.stringify(secrets.signingKeys[service]),
    TRUSTED_KEYS: JSON.stringify({ keys: serviceNames.map((name) => publicKeyOf(secrets.signingKeys[name])) }),
    ...ownEnvironment(service, options),
    ...settings.all,
    ...settings[service],
  };
}

function ownEnvironment(service: ServiceName, options: EnvironmentOptions): Record<string, string> {
  const { urls, publicUrl, dataDir, secrets, apiKey } = options;
  const { IMAGE_URL_SECRET, CODE_HMAC_KEY, NUMBER_HMAC_KEY, MESSAGE_SEAL_KEY, IDEMPOTENCY_HMAC_KEY } = secrets.shared;
  switch (service) {
    case 'gateway':
      return {
        SUPERGRAPH_PATH: supergraphFile,
        PROFILE_URL: urls.profile,
        IMAGE_URL: urls.image,
        MESSAGING_URL: urls.messaging,
        PUBLIC_URL: publicUrl,
        GATEWAY_PORT: String(options.ports.gateway),
        // Nobody balances between the gateways of one machine.
        DRAIN_DELAY_MS: '0',
        ...(apiKey && { DEVELOPMENT_API_KEY: apiKey }),
      };
    case 'profile':
      return { MESSAGING_URL: urls.messaging, IMAGE_URL: urls.image, IDEMPOTENCY_HMAC_KEY };
    case 'image':
      return {
        PROFILE_URL: urls.profile,
        IMAGE_DIR: join(dataDir, 'images'),
        IMAGE_PUBLIC_URL: `${publicUrl}/images`,
        IMAGE_URL_SECRET,
        IDEMPOTENCY_HMAC_KEY,
      };
    case 'messaging':
      return { PROFILE_URL: urls.profile, CODE_HMAC_KEY, NUMBER_HMAC_KEY, MESSAGE_SEAL_KEY, IDEMPOTENCY_HMAC_KEY };
  }
}

// What belongs to the stack itself or to the tool that started it is no business of a service.
const stackOnly =
  /^(npm_|JEST_)|^(DATA_DIR|HOST|PORT|DATABASE_URL)$|^(GATEWAY|PROFILE|IMAGE|MESSAGING|POSTGRES)_(PORT|DATABASE_URL)$/;

function passedThrough(inherited: NodeJS.ProcessEnv): Record<string, string> {
  const passed = Object.entries(inherited).filter(([name, value]) => value !== undefined && !stackOnly.test(name));
  return Object.fromEntries(passed) as Record<string, string>;
}
