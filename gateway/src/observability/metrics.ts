import {
  BoundedTallies,
  durationBuckets,
  Observations,
  type Outcome,
  Registry,
  RequestCounts,
  SubgraphTally,
} from '@atrium/service-kit/metrics';
import { exposeMetrics } from './expose-metrics.ts';

/** What is read from elsewhere when the metrics are. */
export interface MetricSources {
  /** How many operations are kept parsed, judged, planned and compiled. */
  preparedOperations(): number;
  /** The memory for operations that clients registered, in bytes. */
  registeredOperationBytes(): number;
  /** The request bodies that are held at the moment, in bytes. */
  bodyBytesInFlight(): number;
  /** The state of the breaker of each instance of each subgraph. */
  breakers(): Iterable<{ service: string; instance: string; state: BreakerState }>;
  /** Which supergraph is served, such as the beginning of its hash. */
  supergraphId(): string;
}

/** Whether an instance is asked, probed, or left alone. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** The gateway's metrics for Prometheus. Counting takes nanoseconds; the work is done when they are read. */
export interface Metrics {
  /** A request to the graph began; `request` must follow. */
  requestBegan(): void;
  /** A request ended. Without a name it was `anonymous`; name it only where its operation is valid. */
  request(operationName: string | undefined, outcome: Outcome, durationMs: number): void;
  /** A prepared operation was looked up. */
  preparedOperation(result: 'hit' | 'miss'): void;
  /** An operation was planned and compiled. */
  planned(durationMs: number): void;
  /** An operation was executed by @apollo/gateway instead of our own executor. */
  fallback(): void;
  subgraph(service: string, outcome: Outcome, durationMs: number): void;
  /** A document or request met this limit and was refused. */
  limit(name: string): void;
  /** A request was refused because its key, or an address with failing keys, sent too many. */
  rateLimited(by: 'key' | 'address'): void;
  /** A new supergraph was taken or refused. */
  reload(result: 'ok' | 'refused'): void;
  /** Gives these operations names of their own in the metrics, beyond the bound on names that clients choose. */
  know(operationNames: Iterable<string>): void;
  /** Says where to read the rest. */
  read(sources: Partial<MetricSources>): void;
  /** All of it. */
  readonly registry: Registry;
}

/** How many names of limits get series of their own. */
const maxLimits = 50;

/** Everything that is counted. */
export class Counts {
  readonly requests = new RequestCounts();
  readonly planning = new Observations(durationBuckets);
  readonly subgraphs = new Map<string, SubgraphTally>();
  readonly limits = new BoundedTallies(maxLimits, () => ({ count: 0 }));
  readonly lookups = { hit: 0, miss: 0 };
  readonly rateLimited = { key: 0, address: 0 };
  readonly reloads = { ok: 0, refused: 0 };
  fallbacks = 0;
}

/** Metrics in a registry of their own. */
export function createMetrics(): Metrics {
  const counts = new Counts();
  const sources: Partial<MetricSources> = {};
  const registry = new Registry();
  exposeMetrics(registry, counts, sources);
  return {
    requestBegan: () => counts.requests.began(),
    request: (operationName, outcome, durationMs) => counts.requests.ended(operationName, outcome, durationMs),
    preparedOperation(result) {
      counts.lookups[result]++;
    },
    planned: (durationMs) => counts.planning.add(durationMs / 1000),
    fallback() {
      counts.fallbacks++;
    },
    subgraph(service, outcome, durationMs) {
      let tally = counts.subgraphs.get(service);
      if (!tally) {
        tally = new SubgraphTally(durationBuckets);
        counts.subgraphs.set(service, tally);
      }
      tally.add(outcome, durationMs / 1000);
    },
    limit(name) {
      counts.limits.of(name).count++;
    },
    rateLimited(by) {
      counts.rateLimited[by]++;
    },
    reload(result) {
      counts.reloads[result]++;
    },
    know: (operationNames) => counts.requests.know(operationNames),
    read: (more) => void Object.assign(sources, more),
    registry,
  };
}
