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

/** The part of the requests that hit, of those that are no scan's; the first tenth fills the cache and is not counted. */
function hitRatio({ keys, isScan }: Trace, policy: Policy): number {
  const begin = keys.length / 10;
  let hits = 0;
  let counted = 0;
  for (let at = 0; at < keys.length; at += 1) {
    const hit = policy.access(keys[at] as number);
    if (at < begin || isScan[at]) continue;
    counted += 1;
    if (hit) hits += 1;
  }
  return hits / counted;
}

console.log(`Seed ${seed}; hit ratios in % of the requests that are no scan's.\n`);
for (const [name, options] of Object.entries(traces)) {
  const trace = makeTrace(options);
  const rows = Object.entries(policies).map(([policy, make]) => [
    policy,
    ...capacities.map((capacity) => figure(100 * hitRatio(trace, make(capacity, trace)))),
  ]);
  console.log(`${name}\n`);
  console.log(toTable(['policy', ...capacities.map((capacity) => `${capacity.toLocaleString('en')} users`)], rows));
  console.log();
}
