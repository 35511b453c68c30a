import { existsSync } from 'node:fs';
import { lockHolder } from '../data-folder-lock.ts';
import { openDataFolder } from '../data-folder.ts';
import { openDatabases, runningDatabases } from '../databases.ts';
import { startTemporaryPostgres } from '../postgres/temporary.ts';
import type { ServiceName } from '../repository.ts';
import { loadSecrets } from '../secrets.ts';
import { readSettings } from '../settings.ts';

/** Runs `use` with the services' databases as the settings name them, starting the stack's own PostgreSQL if needed. */
export async function withDatabases(use: (urls: Record<ServiceName, string>) => Promise<void>): Promise<void> {
  const settings = readSettings();
  const { dataDir } = settings;
  const external = settings.databaseUrl ?? Object.values(settings.databaseUrls ?? {}).find(Boolean);
  if (!external && existsSync(dataDir) && lockHolder(dataDir)) {
    const urls = runningDatabases(dataDir, await loadSecrets(dataDir));
    if (urls) return use(urls);
  }
  const release = openDataFolder(dataDir);
  try {
    const { urls, postgres } = await openDatabases({ ...settings, secrets: await loadSecrets(dataDir) });
    try {
      await use(urls);
    } finally {
      await postgres?.stop();
    }
  } finally {
    release();
  }
}

/** Runs `use` with a role that may create databases: DATABASE_URL's, or that of a PostgreSQL made for the moment. */
export async function withAdmin<T>(use: (adminUrl: string) => Promise<T>): Promise<T> {
  const { databaseUrl } = readSettings();
  if (databaseUrl) return use(databaseUrl);
  const postgres = await startTemporaryPostgres();
  try {
    return await use(postgres.url);
  } finally {
    await postgres.stop();
  }
}
