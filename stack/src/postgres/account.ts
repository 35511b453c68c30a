import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StackError } from '../stack-error.ts';

/** A system account that a process can be started under. */
export type Account = { uid: number; gid: number };

/**
 * The account for PostgreSQL, which refuses to run as root: `postgres` or, as in every image, `nobody`. Undefined
 * when the current account is an ordinary one and serves.
 */
export function databaseAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (!found) throw new StackError('PostgreSQL cannot run as root and /etc/passwd has neither postgres nor nobody.');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

/** True when the account may pass through every folder down to `path` (those that do not exist yet count as open). */
export function canReach(account: Account | undefined, path: string): boolean {
  if (!account) return true;
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid } = statSync(folder);
      if (!(mode & 0o001) && !(uid === account.uid && mode & 0o100)) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}
