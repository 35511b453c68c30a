import { LRUCache } from 'lru-cache';

/** How long a window is that requests are counted in. */
export const windowMs = 60_000;

/** How far a caller is from its limit, after what it just took. */
export interface RateState {
  /** How much may be taken in a window. */
  readonly limit: number;
  /** How much is left of it. */
  readonly remaining: number;
  /** When the window ends, in whole seconds from now; at least 1. */
  readonly resetSeconds: number;
  /** Whether what it just asked for was too much; then nothing was taken. */
  readonly exceeded: boolean;
}

/** Counts what callers take within a window of their own, which begins with the first request. */
export interface WindowCounter {
  take(id: string, limit: number, points: number): RateState;
}

interface Window {
  endsAt: number;
  used: number;
}

/**
 * A counter in this process's memory. It stands beside rate-limiter-flexible, which counts in shared stores, because
 * that library's own memory keeps an entry and a timer for every id that anybody sends, without a bound. This one keeps
 * `maxIds` at most, forgets those seen least lately, and answers at once (0.1 µs instead of 0.5 µs and a promise).
 */
export function createWindowCounter({ maxIds }: { maxIds: number }): WindowCounter {
  const windows = new LRUCache<string, Window>({ max: maxIds });
  return {
    take(id, limit, points) {
      // Whole milliseconds, of which sums are exact.
      const now = Math.floor(performance.now());
      let window = windows.get(id);
      if (window === undefined || window.endsAt <= now) {
        window = { endsAt: now + windowMs, used: 0 };
        windows.set(id, window);
      }
      const exceeded = window.used + points > limit;
      if (!exceeded) window.used += points;
      return toRateState(limit, window.used, window.endsAt - now, exceeded);
    },
  };
}

/** The state of a window of which `used` is taken and which ends in `leftMs`. */
export function toRateState(limit: number, used: number, leftMs: number, exceeded: boolean): RateState {
  return {
    limit,
    remaining: Math.max(0, limit - used),
    resetSeconds: Math.max(1, Math.ceil(leftMs / 1_000)),
    exceeded,
  };
}
