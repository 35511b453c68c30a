/** Lets so many a second pass, on average; after a pause as many as one second makes pass at once. */
export interface TokenBucket {
  /** Takes a token, where there is one. */
  take(): boolean;
  /** How long until there is one. */
  readonly waitMs: number;
}

/** A bucket that begins full. `now` is in milliseconds. */
export function createTokenBucket(ratePerSecond: number, now = () => performance.now()): TokenBucket {
  const capacity = Math.max(1, ratePerSecond);
  let tokens = capacity;
  let countedAt = now();

  function count(): void {
    const at = now();
    tokens = Math.min(capacity, tokens + ((at - countedAt) / 1_000) * ratePerSecond);
    countedAt = at;
  }

  return {
    take() {
      count();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    get waitMs() {
      count();
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / ratePerSecond) * 1_000);
    },
  };
}
