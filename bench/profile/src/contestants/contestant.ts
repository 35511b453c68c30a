import type { LoadProcess } from '../../../src/load/load-process.ts';
import type { OwnStack } from '../../../src/own-stack.ts';
import type { Progress } from '../../../src/progress.ts';
import type { LoadJob, LoadResult } from '../load/job.ts';
import type { WorkloadName } from '../workloads.ts';

/** Who can be measured, in the order of the tables. */
export const contestantNames = ['ours', 'postgraphile', 'keystone', 'profile', 'pgbench'] as const;

/** A contestant's name. */
export type ContestantName = (typeof contestantNames)[number];

/** What contestants are started with: the same for each. */
export interface Site {
  /** Our own system; its PostgreSQL is everybody's. */
  stack: OwnStack;
  /** A folder for logs, which goes when the bench ends. */
  folder: string;
  load: LoadProcess<LoadJob, LoadResult>;
  progress: Progress;
  userCount: number;
}

/** How much is asked for, and for how long. */
export interface Slice {
  workload: WorkloadName;
  connections: number;
  runUpMs: number;
  measuredMs: number;
}

/** What came of a workload when it was tried: nothing to complain of, or why it cannot be measured. */
export type Trial = { refused: string | undefined };

/** Somebody who is up and can be measured. */
export interface RunningContestant {
  /** Its own processes by name; PostgreSQL's are none of them. */
  processes: Readonly<Record<string, number>>;
  /** Tries a workload, and throws where an answer is wrong. */
  attempt(workload: WorkloadName): Promise<Trial>;
  /** Runs a workload for a while. */
  run(slice: Slice): Promise<LoadResult>;
  /** What every create must have left behind, counted; each figure goes up by one with each create. */
  countEffects(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

/** Somebody who can be measured. */
export interface Contestant {
  name: ContestantName;
  /** What it is called in tables. */
  title: string;
  /** The workloads that it knows. */
  workloads: readonly WorkloadName[];
  /** The folder of its packages, below `peers`; undefined for what needs none. */
  packages: string | undefined;
  start(site: Site): Promise<RunningContestant>;
}
