import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@atrium/stack';

const mostRequestsPerMinute = '10000000';

/** Makes a key by the gateway's own command. Its requests are counted like any key's, up to more than can come. */
export async function createKey(databaseUrl: string): Promise<string> {
  const options = ['--name', 'bench', '--scopes', 'all', '--requests-per-minute', mostRequestsPerMinute, '--json'];
  const command = ['--disable-warning=ExperimentalWarning', join('src', 'identity', 'cli.ts'), 'create', ...options];
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    cwd: join(repositoryRoot, 'gateway'),
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl },
  });
  return (JSON.parse(stdout) as { key: string }).key;
}
