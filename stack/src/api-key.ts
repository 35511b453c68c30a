import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withClient } from './postgres/provision.ts';
import { serviceFolder } from './repository.ts';
import { type Secrets, saveSecrets } from './secrets.ts';
import { telemetryOff } from './service-environment.ts';
import { reasonIn } from './service-process.ts';
import { StackError } from './stack-error.ts';

/** Everything that a key can be allowed. */
export const allScopes = [
  ...['profile:read', 'profile:write', 'profile:phone', 'image:read', 'image:write'],
  ...['messaging:read', 'messaging:send', 'messaging:send-any', 'messaging:codes', 'messaging:templates'],
  'introspection',
];

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

const command = join('src', 'identity', 'cli.ts');

function createKey(databaseUrl: string): Promise<string> {
  const cwd = serviceFolder('gateway');
  if (!existsSync(join(cwd, command)))
    throw new StackError(`${join(cwd, command)} is missing: no API key can be made.`);
  const args = ['--disable-warning=ExperimentalWarning', command, 'create', '--name', 'development'];
  const env = { ...telemetryOff, PATH: process.env.PATH, ATRIUM_MODE: 'development', DATABASE_URL: databaseUrl };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...args, '--scopes', allScopes.join(','), '--json'],
      { cwd, env },
      (error, out, err) => {
        if (error) reject(new StackError(`the development API key was not made: ${reasonIn(err || error.message)}`));
        else resolve((JSON.parse(out) as { key: string }).key);
      },
    );
  });
}
