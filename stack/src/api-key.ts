import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { withClient } from './postgres/provision.ts';
import { serviceFolder } from './repository.ts';
import { type Secrets, saveSecrets } from './secrets.ts';
import { telemetryOff } from './service-environment.ts';
import { reasonIn } from './service-process.ts';
import { inheritedEnvironment } from './settings.ts';
import { StackError } from './stack-error.ts';

/**
 * The development API key: made by the gateway's own command the first time, and kept with the secrets for as long as
 * the gateway's database is the same one.
 */
export async function developmentKey(dataDir: string, secrets: Secrets, databaseUrl: string): Promise<string> {
  const database = await identityOf(databaseUrl);
  if (secrets.apiKey && secrets.apiKey.database === database) return secrets.apiKey.key;
  const key = await createKey(databaseUrl);
  saveSecrets(dataDir, { ...secrets, apiKey: { key, database } });
  return key;
}

// The first row of Prisma's table has a random id of its own: it tells one database from its successor.
function identityOf(databaseUrl: string): Promise<string> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      'SELECT id FROM public._prisma_migrations ORDER BY started_at, id LIMIT 1',
    );
    return rows[0]?.id ?? '';
  });
}

/** The gateway's own command for its keys, run by Node in the gateway's folder. */
export const keysCommand = ['--disable-warning=ExperimentalWarning', join('src', 'identity', 'cli.ts')];

function createKey(databaseUrl: string): Promise<string> {
  const about = ['--name', 'development', '--scopes', 'all', '--requests-per-minute', '1000000'];
  const args = [...keysCommand, 'create', ...about, '--json'];
  const env = { ...telemetryOff, PATH: inheritedEnvironment().PATH, DATABASE_URL: databaseUrl };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: serviceFolder('gateway'), env }, (error, out, complaint) => {
      if (error)
        reject(new StackError(`the development API key was not made: ${reasonIn(complaint || error.message)}`));
      else resolve((JSON.parse(out) as { key: string }).key);
    });
  });
}
