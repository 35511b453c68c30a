import type { SendOutcome } from '../domain/ports.ts';

/** The longest pause that a provider may ask for. */
const longestRetryAfterMs = 60 * 60 * 1_000;

/**
 * What an HTTP status other than success says of a message. What is wrong with our account (401, 403) is not the
 * message's fault, and a gateway that waited in vain (504) does not know what became of it.
 */
export function outcomeOfStatus(status: number, retryAfter: unknown): SendOutcome {
  if (status === 504) return { kind: 'ambiguous', reason: 'provider timed out (504)' };
  const temporary = status < 400 || status >= 500 || [401, 403, 408, 429].includes(status);
  if (!temporary) return { kind: 'refused', reason: `provider refused (${status})` };
  const retryAfterMs = readRetryAfter(retryAfter);
  return {
    kind: 'unavailable',
    reason: `provider unavailable (${status})`,
    ...(retryAfterMs > 0 ? { retryAfterMs: Math.min(retryAfterMs, longestRetryAfterMs) } : {}),
  };
}

/** Seconds, or a date (RFC 9110, 10.2.3), as milliseconds from now. */
function readRetryAfter(value: unknown): number {
  if (typeof value !== 'string') return 0;
  return /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
}

/** Faults that come before a request is on its way: names that do not resolve, connections and TLS that do not come about. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EPROTO',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** What a request that was never answered says of its message, by the code of its error. */
export function outcomeOfFailure(code: unknown): SendOutcome {
  return neverSent.has(String(code))
    ? { kind: 'unavailable', reason: 'provider out of reach' }
    : { kind: 'ambiguous', reason: 'provider did not answer' };
}
