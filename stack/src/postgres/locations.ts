import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Account, canReach } from './account.ts';

/** The folder for what the database's account must reach and cannot reach inside the project. */
export function sharedFolder(): string {
  const folder = join(isWritable('/var/lib') ? '/var/lib' : tmpdir(), 'atrium-postgres');
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** Where the database files of a stack live: in its data folder or, where the account cannot get there, outside. */
export function clusterFolder(dataDir: string, account: Account | undefined): { folder: string; relocated: boolean } {
  if (canReach(account, dataDir)) return { folder: join(resolve(dataDir), 'postgres'), relocated: false };
  const hash = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 12);
  return { folder: join(sharedFolder(), `data-${hash}`), relocated: true };
}

/** Makes the data folder: closed to other accounts, except that PostgreSQL's own may pass through it. */
export function makeDataDir(dataDir: string, account: Account | undefined): void {
  const parentOpen = account !== undefined && canReach(account, dirname(resolve(dataDir)));
  mkdirSync(dataDir, { recursive: true, mode: parentOpen ? 0o711 : 0o700 });
  accessSync(dataDir, constants.W_OK | constants.X_OK);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
