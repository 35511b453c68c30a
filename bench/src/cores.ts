import { execFileSync, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Which cores do what; empty lists where nothing can be pinned. */
export interface Cores {
  /** The gateway's. */
  gateway: number[];
  /** Everybody else's: subgraphs, database, load. */
  others: number[];
}

/** The cores as asked for, or none with the reason why. */
export function chooseCores(gateway: number[], others: number[]): { cores: Cores; unpinned: string | undefined } {
  const unpinned = whyUnpinned();
  return { cores: unpinned === undefined ? { gateway, others } : { gateway: [], others: [] }, unpinned };
}

function whyUnpinned(): string | undefined {
  if (spawnSync('taskset', ['--version']).status !== 0) return 'this machine has no taskset';
  return availableParallelism() < 2 ? 'this machine has one core' : undefined;
}

/** Moves this process, and with it all that it starts from now on, to these cores. */
export function moveTo(cores: readonly number[]): void {
  if (cores.length > 0) execFileSync('taskset', ['-apc', cores.join(','), String(process.pid)], { stdio: 'ignore' });
}

/** A command that runs on these cores alone. */
export function onCores(cores: readonly number[], command: string, args: readonly string[]): [string, string[]] {
  return cores.length > 0 ? ['taskset', ['-c', cores.join(','), command, ...args]] : [command, [...args]];
}

/** Reads a list of cores such as `1`, `1-3` or `1,3`. */
export function toCores(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    if (first === undefined) throw new Error('Give cores such as 1, 1-3 or 1,3.');
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
}
