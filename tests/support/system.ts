import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type ServiceName, type SigningKey, type Stack, type StackOptions, startStack } from '@atrium/stack';

/** The running system as a test knows it. */
export interface System {
  gatewayUrl: string;
  apiKey: string;
  dataDir: string;
  services: Record<ServiceName, { url: string; readonly pid: number | undefined }>;
  databases: Record<ServiceName, string>;
  /** The superuser's address of PostgreSQL, for counting statements. */
  adminDatabaseUrl: string;
  signingKeys: Record<ServiceName, SigningKey>;
  /** The one local port that Image may fetch pictures from. */
  picturePort: number;
  /** The one local port that the gateway listens at when it is debugged. */
  debuggerPort: number;
}

/** A system of a test's own, which it may kill parts of. */
export type OwnSystem = System & Stack;

/** The environment variable by which a run's shared system is told to its test files. */
export const sharedSystemVariable = 'ATRIUM_TEST_SYSTEM';

/** Starts a whole system on free ports in a temporary folder; its files go when it stops. */
export async function startSystem(options: StackOptions = {}): Promise<OwnSystem> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atrium-test-'));
  // PostgreSQL runs under a user of its own where the tests run as root, and must be able to pass through.
  chmodSync(dataDir, 0o711);
  const [picturePort, debuggerPort] = [await freePort(), await freePort()];
  const image = { IMAGE_URL_ALLOWED_HOSTS: `127.0.0.1:${picturePort}`, ...options.settings?.image };
  const gateway = { NODE_OPTIONS: `--inspect-port=${debuggerPort}`, ...options.settings?.gateway };
  // Tests take a number over, and have a code sent again, without waiting for a minute.
  const messaging = {
    // They run at any hour.
    QUIET_HOURS: 'none',
    CODE_COOL_DOWN_MS: '0',
    SEND_BUDGET_NUMBER_HOUR: '1000',
    SEND_BUDGET_NUMBER_DAY: '1000',
    ...options.settings?.messaging,
  };
  // Races for one number are lost by dozens at once.
  const profile = { TAKEN_BUDGET_NUMBER: '1000', ...options.settings?.profile };
  const stack = await startStack({
    dataDir,
    ports: 'free',
    ...options,
    settings: { ...options.settings, image, gateway, messaging, profile },
    postgresSettings: { shared_preload_libraries: 'pg_stat_statements', ...options.postgresSettings },
  });
  const stop = async () => {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...stack, adminDatabaseUrl: stack.postgres?.url ?? '', picturePort, debuggerPort, stop };
}
