import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestContext } from '@atrium/service-kit';
import type { Outcome } from '@atrium/service-kit/metrics';
import type { ApiClient } from '../identity/authenticator.ts';
import type { RateState } from '../limits/request-rate-window.ts';
import type { RequestSpan } from '../observability/traces.ts';
import type { MediaType } from './media-type.ts';

/** One request to the graph with its answer, and what became known of it on the way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedAt: number;
  context: RequestContext;
  /** Aborted when the client goes away before it was answered. */
  readonly gone: AbortController;
  /** The answer's form. */
  mediaType: MediaType;
  client: ApiClient | undefined;
  /** How far its key is from its limit. */
  rate: RateState | undefined;
  /** Further headers of the answer, as names and values in turn. */
  headers: string[];
  /** The operation's name, once known. */
  operationName: string | undefined;
  /** What came of it, for the log and the metrics: `ok`, or the code of the first error. */
  outcome: Outcome;
  /** Its span, where there are traces. */
  span: RequestSpan | undefined;
  /** Bytes of its body that count against the budget of all bodies. */
  reservedBytes: number;
}
