import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The process of a service that must run; a signal to "process 0" would go to the tests themselves. */
export function pidOf(service: { readonly pid: number | undefined } | undefined): number {
  if (!service?.pid) throw new Error('The service does not run');
  return service.pid;
}

/** Whether a process runs; one that has ended and waits for its parent to notice does not. */
export function isRunning(pid: number): boolean {
  try {
    return existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The processes that were told of a folder on their command line or in their environment. */
export function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const told = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
        return told.includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}
