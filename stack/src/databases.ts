import { databaseAccount } from './postgres/account.ts';
import { databaseName, databaseSetting, urlFor } from './postgres/identifiers.ts';
import { clusterFolder } from './postgres/locations.ts';
import { runningPostmaster } from './postgres/postmaster.ts';
import { checkDatabase, provision } from './postgres/provision.ts';
import { type PostgresServer, startPostgres } from './postgres/server.ts';
import { forEachService, type ServiceName, serviceNames } from './repository.ts';
import type { Secrets } from './secrets.ts';
import { StackError } from './stack-error.ts';

/** Which PostgreSQL the services use; with neither set, one of the stack's own. */
export type DatabaseChoice = {
  /** A server of the user's own, with a role that may create roles and databases. */
  databaseUrl?: string;
  /** Databases that are there already, used as they are. All four, or none. */
  databaseUrls?: Partial<Record<ServiceName, string>>;
};

/** The services' databases, ready for migrations. */
export type Databases = { urls: Record<ServiceName, string>; postgres?: PostgresServer };

/** Opens the services' databases; `port` and `settings` are for a PostgreSQL of the stack's own. */
export async function openDatabases(
  options: DatabaseChoice & { dataDir: string; secrets: Secrets; port?: number; settings?: Record<string, string> },
): Promise<Databases> {
  const { dataDir, secrets, databaseUrl } = options;
  const given = givenUrls(options);
  if (given) {
    await Promise.all(serviceNames.map((service) => checkDatabase(given[service])));
    return { urls: given };
  }
  const passwords = secrets.databasePasswords;
  if (databaseUrl) return { urls: await provision({ adminUrl: databaseUrl, passwords, exclusive: false }) };
  const { port, settings } = options;
  const postgres = await startPostgres({ dataDir, password: secrets.postgresPassword, port, settings });
  try {
    return { postgres, urls: await provision({ adminUrl: postgres.url, passwords, exclusive: true }) };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** The databases of a stack that runs now on the data folder, or undefined where it has no PostgreSQL of its own. */
export function runningDatabases(dataDir: string, secrets: Secrets): Record<ServiceName, string> | undefined {
  const postmaster = runningPostmaster(databaseFolder(dataDir));
  if (!postmaster) return undefined;
  return forEachService((service) => {
    const name = databaseName(service);
    const url = `postgresql://127.0.0.1:${postmaster.port}`;
    return urlFor(url, { user: name, password: secrets.databasePasswords[service], database: name });
  });
}

/** The folder with the files of the stack's own PostgreSQL, inside the data folder or outside. */
export function databaseFolder(dataDir: string): string {
  return clusterFolder(dataDir, databaseAccount()).folder;
}

function givenUrls({ databaseUrls = {} }: DatabaseChoice): Record<ServiceName, string> | undefined {
  const missing = serviceNames.filter((service) => !databaseUrls[service]);
  if (missing.length === serviceNames.length) return undefined;
  if (missing.length > 0)
    throw new StackError(`${missing.map(databaseSetting).join(', ')} must be set too: all four or none.`);
  return databaseUrls as Record<ServiceName, string>;
}
