import { truncateSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cores } from '../../src/cores.ts';
import type { RunningServer } from '../../src/launch.ts';
import type { LoadProcess } from '../../src/load/load-process.ts';
import { processTree } from '../../src/process-cost.ts';
import type { Progress } from '../../src/progress.ts';
import { spreadOf } from '../../src/statistics.ts';
import type { Gateway, GatewayName } from './gateways/index.ts';
import type { LoadJob, LoadResult } from './load/job.ts';
import type { BenchOptions } from './options.ts';
import type { BenchQuery } from './queries.ts';

/** A gateway that runs and is to be measured. */
export interface Contestant {
  gateway: Gateway;
  running: RunningServer;
}

/** What one gateway did with one query in one round. */
export interface Slice extends LoadResult {
  round: number;
  query: BenchQuery['name'];
  gateway: GatewayName;
  /** The fixed rate; undefined where as much was asked for as the gateway could do. */
  requestsPerSecond: number | undefined;
}

/** What slices are made with. */
export interface Bench {
  contestants: Contestant[];
  queries: BenchQuery[];
  load: LoadProcess<LoadJob, LoadResult>;
  cores: Cores;
  options: BenchOptions;
  progress: Progress;
}

// Part of each slice, unmeasured: connections are opened, and what idled gets going again.
const runUpMs = 300;
const pauseBetweenMs = 200;
const latencyConnections = 128;

/** Loads every gateway with every query for the first time, so that code is compiled and plans are cached. */
export async function warmUp(bench: Bench): Promise<void> {
  const { contestants, queries, options, progress } = bench;
  const count = progress.count(contestants.length * queries.length, options.warmUpSeconds);
  for (const query of queries) {
    for (const contestant of contestants) {
      count.step(`warming up: ${query.name} by ${contestant.gateway.title}`);
      await runSlice(bench, contestant, query, { measuredMs: options.warmUpSeconds * 1_000 });
    }
  }
  count.end();
}

/** Runs rounds in which each gateway does as much as it can. */
export function measureThroughput(bench: Bench): Promise<Slice[]> {
  return runRounds(bench, bench.options.rounds, () => undefined);
}

/** Runs rounds at one rate for each query, which the slowest gateway sustains. */
export function measureLatency(bench: Bench, rates: ReadonlyMap<BenchQuery, number>): Promise<Slice[]> {
  return runRounds(bench, bench.options.latencyRounds, (query) => rates.get(query));
}

/** The rate of the open loop for each query: a part of what the slowest gateway reached. */
export function ratesFor(bench: Bench, slices: readonly Slice[]): Map<BenchQuery, number> {
  const { queries, contestants, options } = bench;
  const rateOf = (query: BenchQuery) => {
    const medians = contestants.map(({ gateway }) => {
      const own = slices.filter((slice) => slice.query === query.name && slice.gateway === gateway.name);
      return spreadOf(own.map(({ requests, seconds }) => requests / seconds)).median;
    });
    return Math.max(1, Math.round(Math.min(...medians) * options.latencyLoad));
  };
  return new Map(queries.map((query) => [query, rateOf(query)]));
}

async function runRounds(
  bench: Bench,
  rounds: number,
  rateOf: (query: BenchQuery) => number | undefined,
): Promise<Slice[]> {
  const { contestants, queries, options, progress } = bench;
  const slices: Slice[] = [];
  const total = rounds * queries.length * contestants.length;
  const count = progress.count(total, options.seconds + (runUpMs + pauseBetweenMs) / 1_000);
  for (let round = 0; round < rounds; round += 1) {
    for (const query of queries) {
      // Whoever begins in one round comes last in the next.
      const first = round % contestants.length;
      for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
        const { gateway } = contestant;
        const requestsPerSecond = rateOf(query);
        const kind = requestsPerSecond === undefined ? 'round' : 'latency round';
        count.step(`${kind} ${round + 1}: ${query.name} by ${gateway.title}`);
        const result = await runSlice(bench, contestant, query, { requestsPerSecond });
        slices.push({ round, query: query.name, gateway: gateway.name, requestsPerSecond, ...result });
      }
    }
  }
  count.end();
  return slices;
}

/** Loads one gateway with one query for a while. */
export async function runSlice(
  { load, cores, options }: Bench,
  { gateway, running }: Contestant,
  query: BenchQuery,
  about: Partial<LoadJob>,
): Promise<LoadResult> {
  await pause(pauseBetweenMs);
  truncateSync(running.logFile);
  const open = about.requestsPerSecond !== undefined;
  try {
    return await load.run({
      query: query.name,
      port: running.port,
      headers: running.headers,
      requestsPerSecond: undefined,
      connections: open ? latencyConnections : options.connections,
      warmUpMs: runUpMs,
      measuredMs: options.seconds * 1_000,
      processIds: processTree(running.pid),
      otherCores: cores.others,
      ...about,
    });
  } catch (error) {
    throw new Error(`${query.name} by ${gateway.title}: ${(error as Error).message}`);
  }
}
