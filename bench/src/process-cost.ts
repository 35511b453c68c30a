import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

// What the kernel counts CPU time of processes in, for every program: USER_HZ.
const ticksPerSecond = 100;
const hasProc = process.platform === 'linux';

/** A process and all that it started. */
export function processTree(root: number): number[] {
  const parents = hasProc ? parentsByProc() : new Map(readPs().map(({ pid, parent }) => [pid, parent]));
  const tree = [root];
  // A child is found behind its parent, which the list grows by meanwhile.
  for (const found of tree) {
    for (const [pid, parent] of parents) if (parent === found) tree.push(pid);
  }
  return tree;
}

/** The CPU time that processes have used so far: user and system, all threads. */
export function cpuSecondsOf(pids: readonly number[]): number {
  if (hasProc) return pids.reduce((sum, pid) => sum + cpuTicksByProc(pid), 0) / ticksPerSecond;
  return readPs().reduce((sum, { pid, cpuSeconds }) => sum + (pids.includes(pid) ? cpuSeconds : 0), 0);
}

/** What a process is, and the CPU time that it has used so far. */
export interface ProcessCpu {
  parent: number;
  seconds: number;
  /** The CPU time of children that have ended and were waited for, over their whole lives; nought without /proc. */
  endedChildren: number;
  /** Its command line, or what it wrote over that. */
  title: string;
}

/** Every process of the machine by its id, with what it has used so far. */
export function cpuByProcess(): Map<number, ProcessCpu> {
  if (!hasProc) {
    return new Map(
      readPs().map(({ pid, parent, cpuSeconds, title }) => [
        pid,
        { parent, seconds: cpuSeconds, endedChildren: 0, title },
      ]),
    );
  }
  const processes = new Map<number, ProcessCpu>();
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const [, parent, ...fields] = statOf(pid);
      const [user, system, endedUser, endedSystem] = fields.slice(9, 13).map((ticks) => Number(ticks) / ticksPerSecond);
      processes.set(Number(pid), {
        parent: Number(parent),
        seconds: (user ?? 0) + (system ?? 0),
        endedChildren: (endedUser ?? 0) + (endedSystem ?? 0),
        title: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '),
      });
    } catch {
      // It ended between the two looks.
    }
  }
  return processes;
}

/** What processes hold in memory, and what they held at most; the latter is unknown without /proc. */
export function memoryOf(pids: readonly number[]): { residentBytes: number; peakBytes: number | undefined } {
  if (!hasProc) {
    const residentBytes = readPs().reduce((sum, { pid, resident }) => sum + (pids.includes(pid) ? resident : 0), 0);
    return { residentBytes, peakBytes: undefined };
  }
  const statuses = pids.map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'));
  const sum = (pattern: RegExp) =>
    statuses.reduce((bytes, status) => bytes + Number(pattern.exec(status)?.[1] ?? 0) * 1_024, 0);
  return { residentBytes: sum(/^VmRSS:\s+(\d+) kB/m), peakBytes: sum(/^VmHWM:\s+(\d+) kB/m) };
}

/** How long cores were busy, and how long they were at all, in ticks; undefined where no core is named or known. */
export function busyTime(cores: readonly number[]): { busy: number; total: number } | undefined {
  if (!hasProc || cores.length === 0) return undefined;
  const lines = readFileSync('/proc/stat', 'utf8').split('\n');
  let busy = 0;
  let total = 0;
  for (const core of cores) {
    const times =
      lines
        .find((line) => line.startsWith(`cpu${core} `))
        ?.split(' ')
        .slice(1, 9)
        .map(Number) ?? [];
    const all = times.reduce((sum, time) => sum + time, 0);
    // The fourth and the fifth are the time without work, and the time without any but disk work.
    busy += all - (times[3] ?? 0) - (times[4] ?? 0);
    total += all;
  }
  return { busy, total };
}

/** The fields of /proc/<pid>/stat behind the program's name, which may itself hold spaces and brackets. */
function statOf(pid: number | string): string[] {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

function cpuTicksByProc(pid: number): number {
  const fields = statOf(pid);
  return Number(fields[11]) + Number(fields[12]);
}

function parentsByProc(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      parents.set(Number(pid), Number(statOf(pid)[1]));
    } catch {
      // It ended between the two looks.
    }
  }
  return parents;
}

interface PsLine {
  pid: number;
  parent: number;
  resident: number;
  cpuSeconds: number;
  title: string;
}

function readPs(): PsLine[] {
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,rss=,time=,command='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, resident, time = '', ...title] = line.trim().split(/\s+/);
    const cpuSeconds = toSeconds(time);
    return {
      pid: Number(pid),
      parent: Number(parent),
      resident: Number(resident) * 1_024,
      cpuSeconds,
      title: title.join(' '),
    };
  });
}

/** Reads a time as ps writes it: `1:02.34` on macOS, `2-03:04:05` elsewhere. */
function toSeconds(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), Number(days) * 24);
}
