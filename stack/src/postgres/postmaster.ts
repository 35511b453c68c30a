import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, programOf, waitFor } from '../processes.ts';
import { StackError } from '../stack-error.ts';

/** What a running PostgreSQL says of itself in postmaster.pid. */
export type Postmaster = { pid: number; port: number; status: string };

/** Reads postmaster.pid of a cluster, or undefined where there is none (storage/ipc: pid, folder, start, port, ...). */
export function readPostmaster(folder: string): Postmaster | undefined {
  try {
    const lines = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Math.abs(Number(lines[0])), port: Number(lines[3]), status: lines[7]?.trim() ?? '' };
  } catch {
    return undefined;
  }
}

/** The PostgreSQL that runs on this cluster now, if any. */
export function runningPostmaster(folder: string): Postmaster | undefined {
  const found = readPostmaster(folder);
  return found && found.pid > 0 && isAlive(found.pid) && isPostgres(found.pid) ? found : undefined;
}

/**
 * Ends what an earlier stack left on this cluster: it waits while the old server shuts down, tells it to where it
 * was abandoned, and removes a postmaster.pid whose process id now belongs to another program. The caller holds the
 * data folder's lock, so nobody else uses that server.
 */
export async function clearPrevious(folder: string): Promise<void> {
  const found = readPostmaster(folder);
  if (!found || found.pid <= 0 || !isAlive(found.pid)) return;
  if (!isPostgres(found.pid)) return rmSync(join(folder, 'postmaster.pid'), { force: true });
  for (const [signal, timeoutMs] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    send(found.pid, signal);
    if (await waitFor(() => !isAlive(found.pid), timeoutMs)) return;
  }
  throw new StackError(`an earlier PostgreSQL (process ${found.pid}) on ${folder} does not stop.`);
}

/** Sends a signal to a process that may be gone already. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isPostgres(pid: number): boolean {
  return (programOf(pid) ?? 'postgres').startsWith('postgres');
}
