import { PublicError } from '@atrium/service-kit';
import { type RateState, windowMs } from './request-rate-window.ts';

const windowSeconds = windowMs / 1_000;

/**
 * The value of RateLimit-Policy, such as `"key";q=6000;w=60`: how many requests a key has in how many seconds
 * (draft-ietf-httpapi-ratelimit-headers-10, section 3).
 */
export function toRateLimitPolicy({ limit }: RateState): string {
  return `"key";q=${limit};w=${windowSeconds}`;
}

/** The value of RateLimit, such as `"key";r=5999;t=42`: how many are left until how many seconds from now (section 4). */
export function toRateLimit({ remaining, resetSeconds }: RateState): string {
  return `"key";r=${remaining};t=${resetSeconds}`;
}

/** The refusal of a request with a key that is over its limit. */
export function tooManyRequests({ limit, resetSeconds }: RateState): PublicError {
  return new PublicError(
    'RATE_LIMITED',
    `This key may make ${limit} requests a minute, and a batch counts as many as it holds. Try again in ${resetSeconds} s.`,
    { retryAfterMs: resetSeconds * 1_000 },
  );
}

/** The refusal of a request without a valid key from an address that sent too many of them. */
export function tooManyFailedKeys({ resetSeconds }: RateState): PublicError {
  return new PublicError(
    'RATE_LIMITED',
    `Too many requests without a valid API key came from your address. Check the key, and try again in ${resetSeconds} s.`,
    { retryAfterMs: resetSeconds * 1_000 },
  );
}
