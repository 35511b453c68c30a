import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, startOf } from './processes.ts';
import { StackError } from './stack-error.ts';

type Holder = { pid: number; started?: string };

/**
 * Takes the data folder for this process, so that two stacks never share one; answers what gives it back. The lock
 * of a process that is gone, however it went, is taken over.
 */
export function lockDataFolder(dataDir: string): () => void {
  const file = lockFile(dataDir);
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Holder), {
    mode: 0o600,
  });
  try {
    for (let attempt = 0; !linked(own, file); attempt++) {
      const holder = lockHolder(dataDir);
      if (holder || attempt === 10) {
        throw new StackError(
          `${dataDir} is in use by another stack (process ${holder?.pid ?? 'unknown'}): stop that one first.`,
        );
      }
      removeStale(file);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => rmSync(file, { force: true });
}

/** The process that holds a data folder now, or undefined. */
export function lockHolder(dataDir: string): { pid: number } | undefined {
  const holder = read(lockFile(dataDir));
  return holder && isHeld(holder) ? holder : undefined;
}

const lockFile = (dataDir: string): string => join(dataDir, 'lock');

function isHeld({ pid, started }: Holder): boolean {
  return isAlive(pid) && (started === undefined || started === startOf(pid));
}

// link(2) makes the lock with its content in one step, so nobody ever reads half of it.
function linked(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

// Moved aside before it is looked at again: of two processes that meet a stale lock one may move the other's new one,
// sees that it is held, and puts it back.
function removeStale(file: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const holder = read(aside);
  if (holder && isHeld(holder)) linked(aside, file);
  rmSync(aside, { force: true });
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
