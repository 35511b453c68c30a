import type { CostSource, Costs } from '../../../src/costs.ts';
import type { Seen } from '../../../src/load/measurement.ts';
import type { DialectName } from '../operations.ts';
import type { WorkloadName } from '../workloads.ts';

/** Where a contestant's own work is seen to be over: in its databases. */
export interface Backlog {
  /** Each asks whether there is still something to do, as `busy`. */
  queries: { databaseUrl: string; sql: string }[];
}

/** What the load process is to do: one workload on one server for a while. */
export interface LoadJob {
  workload: WorkloadName;
  dialect: DialectName;
  port: number;
  headers: Readonly<Record<string, string>>;
  connections: number;
  /** What comes before the measured time; a workload that writes has none, for all that it leaves must be worked. */
  runUpMs: number;
  /** For how long requests are sent. A workload that writes is measured until nothing is left to do. */
  measuredMs: number;
  costs: CostSource;
  /** What a write leaves to be done; undefined where an answer means that all is done. */
  backlog: Backlog | undefined;
}

/** What the load process saw in the measured time. */
export interface LoadResult extends Seen {
  costs: Costs;
  /** How long work went on when the last answer was there. */
  backlogMs: number;
}
