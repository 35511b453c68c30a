import type { Seen } from '../../../src/load/measurement.ts';
import type { QueryName } from '../queries.ts';
import type { Target } from './request-template.ts';

/** What the load process is to do: one query against one gateway for a while. */
export interface LoadJob extends Target {
  query: QueryName;
  /** Undefined for a closed loop, in which each connection sends its next request when it has its answer. */
  requestsPerSecond: number | undefined;
  connections: number;
  /** What comes before the measured time. */
  warmUpMs: number;
  measuredMs: number;
  /** The gateway's processes, whose cost is read at both ends of the measured time. */
  processIds: number[];
  /** The cores that everything but the gateway shares; empty where nothing is pinned. */
  otherCores: number[];
}

/** What the load process saw in the measured time. */
export interface LoadResult extends Seen {
  /** CPU time of the gateway's processes. */
  cpuSeconds: number;
  /** How busy the other cores were, from 0 to 1; undefined where that is unknown. */
  otherCoresBusy: number | undefined;
}
