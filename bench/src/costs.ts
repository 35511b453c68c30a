import { cpuByProcess, type ProcessCpu } from './process-cost.ts';

/** Whose CPU time counts: processes by name, with all that they started, and PostgreSQL for some databases. */
export interface CostSource {
  /** The id of each process. */
  processes: Readonly<Record<string, number>>;
  /** PostgreSQL's own process; its backends are its children. */
  postmaster: number;
  /** The databases whose backends are counted; those of all others are not. */
  databases: readonly string[];
}

/** CPU time in seconds. */
export interface Costs {
  processes: Record<string, number>;
  /** PostgreSQL's backends, which work for the connections of those who are measured. */
  backends: number;
  /** The rest of PostgreSQL: what writes the log and the pages, and vacuums. */
  background: number;
  /** Everybody else on the machine, but for the bench itself: what should be next to nothing. */
  elsewhere: number;
}

/** What processes had used at a moment. */
export type CostReading = ReadonlyMap<number, ProcessCpu>;

/** Takes a reading. */
export const readCosts = (): CostReading => cpuByProcess();

/** What was used between two readings. */
export function costsBetween(source: CostSource, before: CostReading, after: CostReading): Costs {
  const used = (pid: number) => (after.get(pid)?.seconds ?? 0) - (before.get(pid)?.seconds ?? 0);
  const processes = Object.fromEntries(
    Object.entries(source.processes).map(([name, root]) => {
      const pids = [...after].filter(([pid, cpu]) => pid === root || descends(after, cpu, root)).map(([pid]) => pid);
      return [name, sum(pids.map(used))];
    }),
  );
  const costs: Costs = { processes, backends: 0, background: used(source.postmaster), elsewhere: 0 };
  for (const [pid, { parent, title }] of after) {
    if (parent !== source.postmaster) continue;
    const database = databaseOf(title);
    if (database === undefined) costs.background += used(pid);
    else if (source.databases.includes(database)) costs.backends += used(pid);
  }
  const own = [...Object.values(processes), costs.backends, costs.background, used(process.pid), used(process.ppid)];
  costs.elsewhere = sum([...after.keys()].map(used)) - sum(own);
  // Whom an ended backend worked for, nobody can tell any more.
  costs.background += usedByEnded(source.postmaster, before, after);
  return costs;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** What was used by PostgreSQL's processes that have ended: their parent knows the sum of their whole lives. */
function usedByEnded(postmaster: number, before: CostReading, after: CostReading): number {
  let seconds = (after.get(postmaster)?.endedChildren ?? 0) - (before.get(postmaster)?.endedChildren ?? 0);
  for (const [pid, cpu] of before) {
    if (cpu.parent === postmaster && !after.has(pid)) seconds -= cpu.seconds;
  }
  return Math.max(0, seconds);
}

function descends(reading: CostReading, cpu: ProcessCpu, root: number): boolean {
  for (let parent: ProcessCpu | undefined = cpu; parent; parent = reading.get(parent.parent)) {
    if (parent.parent === root) return true;
  }
  return false;
}

/** The database that a backend works for, by the title that PostgreSQL gives it; undefined for any other process. */
function databaseOf(title: string): string | undefined {
  return /^postgres: \S+ (\S+) [\d.:]+\(\d+\)/.exec(title)?.[1];
}
