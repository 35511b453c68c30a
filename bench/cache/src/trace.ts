import { seeded } from '@atrium/service-kit/testing/seeded';

/** The keys that were asked for, one after the other, and which of the requests were a scan's. */
export interface Trace {
  readonly keys: Uint32Array;
  readonly isScan: Uint8Array;
}

/** How a trace is made. */
export interface TraceOptions {
  readonly seed: number;
  /** How many different users there are; each is as popular as Zipf's law with this exponent says. */
  readonly users: number;
  readonly exponent: number;
  /** Requests that are no scan's. */
  readonly requests: number;
  /** How many scans there are at even distances, and how many ids each asks for once; among them the popular ones too. */
  readonly scans: number;
  readonly scanLength: number;
  /** How many requests of others come between two of a scan's, as a scan does not have the service to itself. */
  readonly othersPerScanned: number;
  /** After how many requests the popularity moves on to the next tenth of the users; never where it is 0. */
  readonly shiftEvery?: number;
}

/** Makes the trace; the same options make the same one. */
export function makeTrace(options: TraceOptions): Trace {
  const { seed, users, exponent, requests, scans, scanLength, othersPerScanned, shiftEvery = 0 } = options;
  const random = seeded(seed);
  const draw = zipf(users, exponent, random);
  const popular = shuffled(users, random);
  const keys = new Uint32Array(requests + scans * scanLength);
  const isScan = new Uint8Array(keys.length);
  const between = scans === 0 ? 0 : Math.floor(requests / scans);
  let shift = 0;
  let made = 0;
  let at = 0;
  const ask = () => {
    if (shiftEvery > 0 && made > 0 && made % shiftEvery === 0) shift += Math.floor(users / 10);
    keys[at++] = popular[(draw() + shift) % users] as number;
    made += 1;
  };
  for (let scan = 0; scan < scans; scan += 1) {
    while (made < between * (scan + 1) - Math.min(between, othersPerScanned * scanLength)) ask();
    const start = Math.floor(random() * users);
    for (let index = 0; index < scanLength; index += 1) {
      isScan[at] = 1;
      keys[at++] = (start + index) % users;
      for (let other = 0; other < othersPerScanned && made < between * (scan + 1); other += 1) ask();
    }
  }
  while (made < requests) ask();
  return { keys, isScan };
}

/** Draws ranks from 0 by Zipf's law, by looking the drawn number up in the sums of all probabilities. */
function zipf(users: number, exponent: number, random: () => number): () => number {
  const sums = new Float64Array(users);
  let sum = 0;
  for (let rank = 0; rank < users; rank += 1) {
    sum += 1 / (rank + 1) ** exponent;
    sums[rank] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, users - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** The users in the order of their popularity, which has nothing to do with that of their ids. */
function shuffled(count: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other] as number, order[index] as number];
  }
  return order;
}
