import { PublicError } from '@atrium/service-kit';
import type { ApiClient } from '../identity/authenticator.ts';
import type { RequestRate } from '../limits/request-rate.ts';
import { tooManyFailedKeys, tooManyRequests } from '../limits/request-rate-headers.ts';
import type { RateState } from '../limits/request-rate-window.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Exchange } from './exchange.ts';

/** Charges requests against their limits and tells clients what is left. */
export interface RateCharge {
  /** Charges a key; throws, or rejects where a shared store is asked, with RATE_LIMITED. */
  charge(exchange: Exchange, client: ApiClient, points: number): Promise<void> | undefined;
  /** Charges the address of a request whose key does not hold; gives the error that the request is refused with. */
  chargeFailedKey(exchange: Exchange, error: unknown): unknown;
}

/** Charges by these counts. */
export function createRateCharge(rate: RequestRate, metrics: Metrics): RateCharge {
  function judge(exchange: Exchange, state: RateState): void {
    exchange.rate = state;
    if (!state.exceeded) return;
    metrics.rateLimited('key');
    throw tooManyRequests(state);
  }

  return {
    charge(exchange, client, points) {
      const taken = rate.take(client, points);
      if (taken instanceof Promise) return taken.then((state) => judge(exchange, state));
      judge(exchange, taken);
      return undefined;
    },
    chargeFailedKey({ context }, error) {
      if (!(error instanceof PublicError) || error.code !== 'UNAUTHENTICATED') return error;
      const state = rate.takeFailedKey(context.clientAddress);
      if (!state.exceeded) return error;
      metrics.rateLimited('address');
      return tooManyFailedKeys(state);
    },
  };
}

/** Charges nobody: where clients are not known, there is nobody to charge. */
export const noRateCharge: RateCharge = {
  charge: () => undefined,
  chargeFailedKey: (_exchange, error) => error,
};
