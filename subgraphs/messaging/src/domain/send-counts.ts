import type { BreakerState } from './send-breaker.ts';
import type { SendSubject } from './send-subjects.ts';

/** Counts by bucket of time, the newest last. */
export interface Ring {
  /** The number of the newest bucket since the epoch. */
  readonly newest: number;
  readonly sent: readonly number[];
  /** In the buckets in which their codes were sent; empty where nobody watches. */
  readonly verified: readonly number[];
}

/** A window that slides by buckets. */
export interface SendWindow {
  readonly bucketMs: number;
  readonly buckets: number;
}

/** The two windows that budgets have. */
export interface SendWindows {
  readonly hour: SendWindow;
  readonly day: SendWindow;
}

/** What is known of one subject, its row being locked. */
export interface SendCounts extends SendSubject {
  readonly hour: Ring;
  readonly day: Ring;
  readonly breaker: BreakerState;
}

/** Sums up the buckets that began in `[from, to]`, in milliseconds since the epoch. */
export function sumSince(
  counts: readonly number[],
  newest: number,
  { bucketMs }: SendWindow,
  from: number,
  to = Number.POSITIVE_INFINITY,
): number {
  return counts.reduce((sum, count, place) => {
    const beganAt = (newest - (counts.length - 1 - place)) * bucketMs;
    return beganAt >= from && beganAt <= to ? sum + count : sum;
  }, 0);
}

/** When, in milliseconds since the epoch, a full window has room for one more. */
export function roomAt(counts: readonly number[], newest: number, { bucketMs, buckets }: SendWindow, limit: number) {
  let sum = counts.reduce((total, count) => total + count, 0);
  for (const [place, count] of counts.entries()) {
    sum -= count;
    if (sum < limit) return (newest - (counts.length - 1 - place) + buckets) * bucketMs;
  }
  return newest * bucketMs;
}
