import pg from 'pg';
import { forEachService, type ServiceName, serviceNames } from '../repository.ts';
import { reasonOf, StackError } from '../stack-error.ts';
import { databaseName, databaseSetting, urlFor } from './identifiers.ts';

/** The oldest PostgreSQL that serves, as server_version_num counts. */
const oldestVersion = 140_000;

// Any number of stacks may prepare one server at once; the number is ours alone ("atrium" in hexadecimal ASCII).
const provisionLock = 0x617472;

/** What a service's database must offer beyond PostgreSQL itself. */
const extensions: Partial<Record<ServiceName, string[]>> = { profile: ['unaccent'] };

/** How to prepare a server. */
export type ProvisionOptions = {
  /** A role that may create roles and databases. */
  adminUrl: string;
  passwords: Record<ServiceName, string>;
  /** True where the whole server is ours, so that its other databases can be closed to the services as well. */
  exclusive: boolean;
};

/**
 * Makes a role and a database for each service where they are missing, each role able to connect to its own database
 * only. Answers the services' URLs. Idempotent, and safe to run from several processes at once.
 */
export async function provision(options: ProvisionOptions): Promise<Record<ServiceName, string>> {
  const { adminUrl, passwords } = options;
  await withClient(adminUrl, async (admin) => {
    await checkVersion(admin);
    await admin.query('SELECT pg_advisory_lock($1)', [provisionLock]);
    const found = await existing(admin);
    try {
      for (const service of serviceNames) await ensureRole(admin, service, passwords[service], found);
      for (const service of serviceNames) await ensureDatabase(admin, service, found);
    } catch (error) {
      throw explained(error);
    }
    if (options.exclusive) await admin.query('REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC');
  });
  for (const [service, names] of Object.entries(extensions)) {
    await withClient(urlFor(adminUrl, { database: databaseName(service as ServiceName) }), async (admin) => {
      for (const name of names) await admin.query(`CREATE EXTENSION IF NOT EXISTS ${pg.escapeIdentifier(name)}`);
    });
  }
  return forEachService((service) => {
    const name = databaseName(service);
    return urlFor(adminUrl, { user: name, password: passwords[service], database: name });
  });
}

/** Checks that a service's own database answers and that its server is new enough. */
export function checkDatabase(url: string): Promise<void> {
  return withClient(url, checkVersion);
}

/** Runs `use` with a connection, which is closed afterwards; a server that does not answer is a StackError. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A connection that breaks while it is idle says so here as well; the next query carries the fault.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    const { hostname, port, pathname } = new URL(url);
    throw new StackError(`PostgreSQL at ${hostname}:${port || 5432}${pathname} cannot be used: ${reasonOf(error)}`);
  }
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function checkVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<ServerVersion>(
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS shown",
  );
  if (rows[0]) judgeVersion(rows[0]);
}

/** A server's version: as server_version_num counts, and as people read it. */
export type ServerVersion = { number: number; shown: string };

/** Throws where a server is older than the oldest that serves. */
export function judgeVersion({ number, shown }: ServerVersion): void {
  if (number < oldestVersion) throw new StackError(`PostgreSQL ${shown} is too old: 14 or later is needed.`);
}

/** The fault of a role that may not do enough, in a line that says what to do; any other as it is. */
function explained(error: unknown): unknown {
  const insufficientPrivilege = '42501';
  if ((error as { code?: unknown }).code !== insufficientPrivilege) return error;
  return new StackError(
    `the role of DATABASE_URL may not prepare the server (${reasonOf(error)}): give it CREATEROLE and CREATEDB, or set ` +
      `${serviceNames.map(databaseSetting).join(', ')} to databases that are there.`,
  );
}

type Existing = { names: Set<string>; superuser: boolean };

async function existing(admin: pg.Client): Promise<Existing> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT 'role ' || rolname AS name FROM pg_roles UNION ALL SELECT 'database ' || datname FROM pg_database`,
  );
  const self = await admin.query<{ rolsuper: boolean }>('SELECT rolsuper FROM pg_roles WHERE rolname = current_user');
  return { names: new Set(rows.map((row) => row.name)), superuser: self.rows[0]?.rolsuper ?? false };
}

async function ensureRole(admin: pg.Client, service: ServiceName, password: string, found: Existing): Promise<void> {
  const role = pg.escapeIdentifier(databaseName(service));
  const verb = found.names.has(`role ${databaseName(service)}`) ? 'ALTER' : 'CREATE';
  await admin.query(`${verb} ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
  // Only a member of a role may make a database for it; a superuser counts as one.
  if (!found.superuser) await admin.query(`GRANT ${role} TO CURRENT_USER`);
}

async function ensureDatabase(admin: pg.Client, service: ServiceName, found: Existing): Promise<void> {
  const name = pg.escapeIdentifier(databaseName(service));
  if (found.names.has(`database ${databaseName(service)}`)) return;
  await admin.query(`CREATE DATABASE ${name} OWNER ${name} ENCODING 'UTF8' TEMPLATE template0`);
  await admin.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
}
