import { readFileSync, writeFileSync } from 'node:fs';

/** The memory that a process holds, in bytes (Linux). */
export function residentBytes(pid: number): number {
  return bytesOf(pid, 'VmRSS');
}

/** The most memory that a process held since this was last asked, in bytes (Linux). */
export function peakBytes(pid: number): number {
  const peak = bytesOf(pid, 'VmHWM');
  // What is resident now is the new peak: proc(5), /proc/pid/clear_refs.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return peak;
}

function bytesOf(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const [, kibibytes] =
    new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kibibytes === undefined) throw new Error(`Process ${pid} has no ${name}`);
  return Number(kibibytes) * 1024;
}
