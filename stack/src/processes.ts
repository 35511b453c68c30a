import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** True while a process with this id exists (a zombie, dead but not collected, does not count). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return stat(pid)?.state !== 'Z';
}

/**
 * When a process was started, as an opaque text: together with its id it names one process for good, since ids are
 * given out again. Undefined where it cannot be told.
 */
export function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return stat(pid)?.started;
  if (process.platform === 'win32') return undefined;
  const shown = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return shown.status === 0 ? shown.stdout.trim() : undefined;
}

/** The parent of a process, or undefined where it cannot be told. */
export function parentOf(pid: number): number | undefined {
  if (process.platform === 'linux') return stat(pid)?.parent;
  if (process.platform === 'win32') return undefined;
  const shown = spawnSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' });
  return shown.status === 0 ? Number(shown.stdout) : undefined;
}

/** The name of the program a process runs (`postgres`, `node`), or undefined where it cannot be told. */
export function programOf(pid: number): string | undefined {
  if (process.platform === 'linux') return stat(pid)?.program;
  if (process.platform === 'win32') return undefined;
  const shown = spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
  return shown.status === 0 ? shown.stdout.trim().split('/').pop() : undefined;
}

/** Resolves true when the condition holds, false when it did not within the time. */
export async function waitFor(condition: () => boolean, timeoutMs: number, everyMs = 15): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return true;
}

type ProcessState = { program: string; state: string; parent: number; started: string };

// proc(5): the program's name stands in brackets and may itself hold brackets; the state is field 3, the parent field
// 4, the start time field 22.
function stat(pid: number): ProcessState | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const close = text.lastIndexOf(')');
    const fields = text.slice(close + 2).split(' ');
    const [state = '', parent] = fields;
    return {
      program: text.slice(text.indexOf('(') + 1, close),
      state,
      parent: Number(parent),
      started: fields[19] ?? '',
    };
  } catch {
    return undefined;
  }
}
