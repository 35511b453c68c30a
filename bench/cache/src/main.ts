import { figure, toTable } from '../../src/table.ts';
import { belady } from './policies/belady.ts';
import { lru } from './policies/lru.ts';
import { ours } from './policies/ours.ts';
import type { Policy } from './policies/policy.ts';
import { s3Fifo } from './policies/s3-fifo.ts';
import { sieve } from './policies/sieve.ts';
import { makeTrace, type Trace, type TraceOptions } from './trace.ts';

const seed = 20_261_124;
const users = 1_000_000;
/** The default of USER_CACHE_BYTES has room for about 65,000 users. */
const capacities = [1_000, 10_000, 65_000];
const usual = { seed, users, exponent: 0.99, requests: 2_000_000, scans: 0, scanLength: 0, othersPerScanned: 0 };

const traces: Record<string, TraceOptions> = {
  'Zipf 0.99': usual,
  'with scans': { ...usual, scans: 2, scanLength: 400_000, othersPerScanned: 1 },
  'scans alone': { ...usual, scans: 2, scanLength: 400_000, othersPerScanned: 0 },
  'popularity moves': { ...usual, shiftEvery: 400_000 },
};

const policies: Record<string, (capacity: number, trace: Trace) => Policy> = {
  LRU: lru,
  SIEVE: sieve,
  'S3-FIFO': s3Fifo,
  'ours (W-TinyLFU)': (capacity) => ours(capacity, seed),
  'Belady’s optimum': (capacity, { keys }) => belady(capacity, keys),
};

/** How many requests after a scan are looked at by themselves. */
const afterScan = 20_000;

/**
 * The part of the requests that hit, of those that are no scan's, and of those right after a scan. The first tenth fills
 * the cache and is not counted.
 */
function hitRatios({ keys, isScan }: Trace, policy: Policy): { all: number; afterScans: number } {
  const begin = keys.length / 10;
  const counts = { all: 0, allHits: 0, after: 0, afterHits: 0 };
  let lastScan = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < keys.length; at += 1) {
    const hit = Number(policy.access(keys[at] as number));
    if (isScan[at]) lastScan = at;
    if (at < begin || isScan[at]) continue;
    counts.all += 1;
    counts.allHits += hit;
    if (at - lastScan > afterScan) continue;
    counts.after += 1;
    counts.afterHits += hit;
  }
  return { all: counts.allHits / counts.all, afterScans: counts.afterHits / counts.after };
}

console.log(
  `Seed ${seed}; hit ratios in % of the requests that are no scan's, and of the ${afterScan} after a scan.\n`,
);
for (const [name, options] of Object.entries(traces)) {
  const trace = makeTrace(options);
  const rows = Object.entries(policies).map(([policy, make]) => {
    const ratios = capacities.map((capacity) => hitRatios(trace, make(capacity, trace)));
    const afterScans = options.scans > 0 ? ratios.map((ratio) => figure(100 * ratio.afterScans)) : [];
    return [policy, ...ratios.map(({ all }) => figure(100 * all)), ...afterScans];
  });
  const sizes = capacities.map((capacity) => `${capacity.toLocaleString('en')} users`);
  const head = ['policy', ...sizes, ...(options.scans > 0 ? sizes.map((size) => `${size}, after a scan`) : [])];
  console.log(`${name}\n`);
  console.log(toTable(head, rows));
  console.log();
}
