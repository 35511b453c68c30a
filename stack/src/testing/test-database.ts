import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { deploy } from '../migrations/deploy.ts';
import { urlFor } from '../postgres/identifiers.ts';
import { withClient } from '../postgres/provision.ts';
import { startTemporaryPostgres } from '../postgres/temporary.ts';
import type { ServiceName } from '../repository.ts';
import { StackError } from '../stack-error.ts';
import { sharedPostgresVariable, testSettings } from './shared-postgres.ts';

/** A database of a service's own, for one test file. */
export interface TestDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

// Test files may ask at once; the first makes the template ("tests" in hexadecimal ASCII).
const templateLock = 0x7465737473;

/**
 * Makes an empty, migrated database for one test file. All files of a run share a server and copy their database from
 * a template that is migrated once; without a run that offers one, the file has a server to itself.
 */
export async function createTestDatabase(service: ServiceName): Promise<TestDatabase> {
  const address = process.env[sharedPostgresVariable];
  if (address === undefined) return onServerOfItsOwn(service);
  const adminUrl = await askForServer(address);
  const template = `template_${service}`;
  const name = `${service}_${randomBytes(8).toString('hex')}`;
  await withClient(adminUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [templateLock]);
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(template)}`);
    await deploy(service, urlFor(adminUrl, { database: template }));
    await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`);
  });
  return {
    url: urlFor(adminUrl, { database: name }),
    stop: () =>
      withClient(adminUrl, async (admin) => {
        await admin.query(`DROP DATABASE ${pg.escapeIdentifier(name)} WITH (FORCE)`);
      }),
  };
}

async function onServerOfItsOwn(service: ServiceName): Promise<TestDatabase> {
  const { url, stop } = await startTemporaryPostgres(testSettings);
  await deploy(service, url);
  return { url, stop };
}

async function askForServer(address: string): Promise<string> {
  const response = await fetch(address);
  const answer = await response.text();
  if (!response.ok) throw new StackError(`no PostgreSQL for the tests: ${answer}`);
  return answer;
}
