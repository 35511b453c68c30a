/** How often and how long a message is tried, and how the pauses between grow. */
export interface DeliveryRules {
  readonly maxAttempts: number;
  readonly maxAgeMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/**
 * The pause after so many attempts: anything up to a bound that doubles with each ("full jitter"), so that what failed
 * together does not come back together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function pauseAfterAttempts(rules: DeliveryRules, attempts: number, random = Math.random()): number {
  return Math.round(random * Math.min(rules.longestPauseMs, rules.firstPauseMs * 2 ** Math.max(0, attempts - 1)));
}

/**
 * The pause of a message that nobody was asked to take, because every provider is left alone. That is no attempt, so the
 * pauses grow with its age instead: the longer an outage lasts, the less its waiting costs.
 */
export function pauseInOutage(rules: DeliveryRules, ageMs: number, random = Math.random()): number {
  return Math.round(random * Math.min(rules.longestPauseMs, Math.max(rules.firstPauseMs, ageMs / 2)));
}
