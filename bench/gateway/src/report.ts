import { type Spread, spreadOf } from '../../src/statistics.ts';
import { figure, spreadText, toTable } from '../../src/table.ts';
import type { GatewayName } from './gateways/index.ts';
import type { Contestant, Slice } from './measure.ts';
import type { BenchQuery } from './queries.ts';

/** What a gateway's processes held in memory when all was done. */
export type MemoryByGateway = Partial<Record<GatewayName, { residentBytes: number; peakBytes: number | undefined }>>;

/** Everything that was measured. */
export interface Measured {
  contestants: Contestant[];
  queries: BenchQuery[];
  throughput: Slice[];
  latency: Slice[];
  memory: MemoryByGateway;
}

const mebibyte = 1024 * 1024;

/** The tables of a run, as Markdown that reads well on a terminal. */
export function report(measured: Measured): string {
  const { queries, latency } = measured;
  const parts = queries.flatMap((query) => [`### ${query.name}, ${query.meaning}`, throughputTable(query, measured)]);
  if (latency.length > 0) {
    parts.push(...queries.flatMap((query) => [latencyTitle(query, latency), latencyTable(query, measured)]));
  }
  parts.push('### Memory after the run', memoryTable(measured), ...failures(measured));
  return parts.join('\n\n');
}

/** CPU seconds for a thousand requests. */
export function cpuPerThousand({ cpuSeconds, requests }: Slice): number {
  return (cpuSeconds / requests) * 1_000;
}

function throughputTable(query: BenchQuery, { contestants, throughput }: Measured): string {
  const head = [
    'gateway',
    'CPU-s per 1,000',
    'ours / it',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'its core busy',
    'the others busy',
  ];
  const ours = slicesOf(throughput, query, 'ours');
  const rows = contestants.map(({ gateway }) => {
    const own = slicesOf(throughput, query, gateway.name);
    const over = (value: (slice: Slice) => number) => spreadOf(own.map(value));
    return [
      gateway.title,
      spreadText(over(cpuPerThousand)),
      gateway.name === 'ours' || ours.length === 0 ? '-' : spreadText(ratios(ours, own)),
      figure(over(({ requests, seconds }) => requests / seconds).median),
      figure(over(({ p50Ms }) => p50Ms).median),
      figure(over(({ p99Ms }) => p99Ms).median),
      percent(over(({ cpuSeconds, seconds }) => cpuSeconds / seconds).median),
      percent(over(({ otherCoresBusy }) => otherCoresBusy ?? Number.NaN).median),
    ];
  });
  return toTable(head, rows);
}

/** Round by round, what ours costs in terms of the other: what slows the machine for a while slows both. */
function ratios(ours: readonly Slice[], other: readonly Slice[]): Spread {
  return spreadOf(
    ours.flatMap((slice) => {
      const same = other.find(({ round }) => round === slice.round);
      return same ? [cpuPerThousand(slice) / cpuPerThousand(same)] : [];
    }),
  );
}

function latencyTitle(query: BenchQuery, latency: readonly Slice[]): string {
  const rate = latency.find((slice) => slice.query === query.name)?.requestsPerSecond;
  return `### ${query.name} at ${rate} requests/s`;
}

function latencyTable(query: BenchQuery, { contestants, latency }: Measured): string {
  const head = ['gateway', 'p50 ms', 'p99 ms', 'slowest ms', 'CPU-s per 1,000'];
  const rows = contestants.map(({ gateway }) => {
    const own = slicesOf(latency, query, gateway.name);
    const over = (value: (slice: Slice) => number) => spreadText(spreadOf(own.map(value)));
    return [
      gateway.title,
      over(({ p50Ms }) => p50Ms),
      over(({ p99Ms }) => p99Ms),
      over(({ maxMs }) => maxMs),
      over(cpuPerThousand),
    ];
  });
  return toTable(head, rows);
}

function memoryTable({ contestants, memory }: Measured): string {
  const rows = contestants.map(({ gateway }) => {
    const { residentBytes = Number.NaN, peakBytes = Number.NaN } = memory[gateway.name] ?? {};
    return [gateway.title, figure(residentBytes / mebibyte), figure(peakBytes / mebibyte)];
  });
  return toTable(['gateway', 'resident MB', 'at most MB'], rows);
}

/** What answered wrongly or not at all; a run with such lines has measured nothing. */
function failures({ contestants, throughput, latency }: Measured): string[] {
  const wrong = [...throughput, ...latency].filter(({ failures }) => failures > 0);
  if (wrong.length === 0) return ['Every answer was right.'];
  return wrong.map(({ gateway, query, round, failures, firstFailure }) => {
    const title = contestants.find((contestant) => contestant.gateway.name === gateway)?.gateway.title;
    return `WRONG: ${title}, ${query}, round ${round + 1}: ${failures} answers; the first: ${firstFailure}`;
  });
}

function slicesOf(slices: readonly Slice[], query: BenchQuery, gateway: GatewayName): Slice[] {
  return slices.filter((slice) => slice.query === query.name && slice.gateway === gateway);
}

function percent(part: number): string {
  return Number.isFinite(part) ? `${Math.round(part * 100)} %` : '-';
}
