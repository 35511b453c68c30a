import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockHolder } from './data-folder-lock.ts';
import { databaseFolder } from './databases.ts';
import { clearPrevious } from './postgres/postmaster.ts';
import { StackError } from './stack-error.ts';

// Named one by one: a data folder that was set to a home folder by mistake must survive.
const kept = ['postgres', 'postgres.new', 'logs', 'images', 'tmp', 'secrets.json', 'stack.json', 'lock'];

/** Deletes what a stack keeps, the database files outside the data folder included. Refuses while the stack runs. */
export async function reset(dataDir: string): Promise<void> {
  const holder = lockHolder(dataDir);
  if (holder) throw new StackError(`${dataDir} is in use by a stack (process ${holder.pid}): stop that one first.`);
  const folder = databaseFolder(dataDir);
  await clearPrevious(folder);
  for (const path of [...kept.map((name) => join(dataDir, name)), folder, `${folder}.new`]) {
    rmSync(path, { recursive: true, force: true });
  }
  if (existsSync(dataDir) && readdirSync(dataDir).length === 0) rmdirSync(dataDir);
}
