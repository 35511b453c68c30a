import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ServiceName, type ServiceSettings, type Stack, serviceNames, startStack } from '@atrium/stack';
import { createKey } from './api-key.ts';
import { profilingArguments } from './cpu-profile.ts';

/** Our own system, running, with a key of the bench's own. */
export interface OwnStack extends Stack {
  key: string;
  /** The superuser's address of its PostgreSQL. */
  adminUrl: string;
  /** Where each service leaves CPU profiles; undefined where nothing is profiled. */
  profileFolders: Record<ServiceName, string> | undefined;
}

/** How to start it. */
export interface OwnStackOptions {
  folder: string;
  /** Where CPU profiles go; undefined where nothing is profiled. */
  profileFolder: string | undefined;
  /** Further settings, by service. */
  settings: ServiceSettings;
}

// Those who are measured together keep more connections than one system by itself needs.
const postgresSettings = { max_connections: '400' };

/**
 * Starts all four services and PostgreSQL as `npm start` does, in a folder of its own. The gateway, Profile and Image run
 * as in production; Messaging in development mode, in which alone messages go to the developer inbox.
 */
export async function startOwnStack({ folder, profileFolder, settings }: OwnStackOptions): Promise<OwnStack> {
  const dataDir = join(folder, 'stack');
  mkdirSync(dataDir);
  // PostgreSQL runs under a user of its own where the bench runs as root, and must be able to pass through.
  for (const passed of [folder, dataDir]) chmodSync(passed, 0o711);
  const profileFolders = profileFolder === undefined ? undefined : makeFolders(profileFolder);
  const stack = await startStack({
    dataDir,
    ports: 'free',
    createApiKey: false,
    postgresSettings,
    settings: Object.fromEntries(
      serviceNames.map((name) => [
        name,
        {
          ...(name === 'messaging' ? {} : { NODE_ENV: 'production', ATRIUM_MODE: 'production' }),
          ...(profileFolders && {
            NODE_OPTIONS: profilingArguments.join(' '),
            BENCH_PROFILE_FOLDER: profileFolders[name],
          }),
          ...settings.all,
          ...settings[name],
        },
      ]),
    ),
  });
  try {
    const adminUrl = stack.postgres?.url ?? '';
    return { ...stack, adminUrl, key: await createKey(stack.databases.gateway), profileFolders };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

function makeFolders(profileFolder: string): Record<ServiceName, string> {
  const folders = serviceNames.map((name): [ServiceName, string] => [name, join(profileFolder, name)]);
  for (const [, folder] of folders) mkdirSync(folder);
  return Object.fromEntries(folders) as Record<ServiceName, string>;
}
