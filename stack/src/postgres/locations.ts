import { createHash } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { StackError } from '../stack-error.ts';
import { type Account, canReach } from './account.ts';

/**
 * The folder for what cannot stay inside the project. Programs are run from it, so it must belong to this user and be
 * closed to everybody else's writing.
 */
export function outsideFolder(): string {
  const uid = process.getuid?.() ?? 0;
  const [base, below] = uid === 0 ? ['/var/lib', 'atrium-postgres'] : [homedir(), '.cache/atrium-postgres'];
  const folder = isWritable(base) ? join(base, below) : join(tmpdir(), `atrium-postgres-${uid}`);
  if (mkdirSync(folder, { recursive: true })) chmodSync(folder, 0o755);
  const found = lstatSync(folder);
  if (!found.isDirectory() || (process.getuid && found.uid !== uid) || (found.mode & 0o022) !== 0) {
    throw new StackError(`${folder} belongs to somebody else or is open to them: remove it.`);
  }
  return folder;
}

/** Where the database files of a stack live: in its data folder or, where the account cannot get there, outside. */
export function clusterFolder(dataDir: string, account: Account | undefined): { folder: string; relocated: boolean } {
  if (canReach(account, dataDir)) return { folder: join(resolve(dataDir), 'postgres'), relocated: false };
  const hash = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 12);
  return { folder: join(outsideFolder(), `data-${hash}`), relocated: true };
}

/** Makes the data folder: closed to other accounts, except that PostgreSQL's own may pass through it. */
export function makeDataDir(dataDir: string, account: Account | undefined): void {
  const parentOpen = account !== undefined && canReach(account, dirname(resolve(dataDir)));
  if (makeFolders(resolve(dataDir))) chmodSync(dataDir, parentOpen ? 0o711 : 0o700);
  accessSync(dataDir, constants.W_OK | constants.X_OK);
}

// Node's own recursion goes round for ever where a file system such as /proc lets nobody make a folder.
function makeFolders(folder: string): boolean {
  if (existsSync(folder)) return false;
  makeFolders(dirname(folder));
  mkdirSync(folder);
  return true;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
