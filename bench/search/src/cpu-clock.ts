import { readdirSync, readFileSync } from 'node:fs';
import { processTree } from '../../src/process-cost.ts';

/**
 * The milliseconds that all processes below this one have run on a core so far, to the nanosecond: the kernel's own count
 * (schedstat), which does not grow while others have the cores. NaN where there is no such count.
 */
export function createCpuClock(): () => number {
  if (process.platform !== 'linux') return () => Number.NaN;
  const pids = processTree(process.pid).filter((pid) => pid !== process.pid);
  return () => pids.reduce((sum, pid) => sum + runMsOf(pid), 0);
}

function runMsOf(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]),
    );
    return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
  } catch {
    // It has ended.
    return 0;
  }
}
