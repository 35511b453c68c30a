import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { PublicError } from './errors.ts';

/** What belongs to one request and travels with it from service to service, in headers. */
export interface RequestContext {
  readonly requestId: string;
  /** W3C Trace Context, passed on unchanged. */
  readonly traceparent: string;
  /** When the caller stops waiting, as `performance.now()` of this process tells time. */
  readonly deadline: number;
  /** Where the public request came from. */
  readonly clientAddress: string | undefined;
}

/** Header names between services. A deadline travels as the milliseconds left, so that clocks need not agree. */
export const contextHeaders = {
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  deadlineMs: 'x-atrium-deadline-ms',
  clientAddress: 'x-atrium-client-address',
} as const;

type Headers = Record<string, string | string[] | undefined>;

const requestIdForm = /^[\w.:-]{1,64}$/;
const traceparentForm = /^[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Reads the context of a request; what is missing or malformed is made anew. */
export function readContext(headers: Headers, budgetMs: number): RequestContext {
  const requestId = header(headers, contextHeaders.requestId);
  const traceparent = header(headers, contextHeaders.traceparent);
  const leftMs = Number(header(headers, contextHeaders.deadlineMs));
  return {
    requestId: requestId && requestIdForm.test(requestId) ? requestId : uuidv7(),
    traceparent:
      traceparent && traceparentForm.test(traceparent)
        ? traceparent
        : `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
    deadline: performance.now() + (leftMs > 0 ? Math.min(leftMs, budgetMs) : budgetMs),
    clientAddress: header(headers, contextHeaders.clientAddress),
  };
}

/** A context for work that no request waits for, such as an outbox delivery. */
export function backgroundContext(budgetMs: number): RequestContext {
  return readContext({}, budgetMs);
}

/** The headers that carry a context on; `budgetMs` bounds the call itself. */
export function writeContext(context: RequestContext, budgetMs: number): Record<string, string> {
  return {
    [contextHeaders.requestId]: context.requestId,
    [contextHeaders.traceparent]: context.traceparent,
    [contextHeaders.deadlineMs]: String(Math.max(1, Math.floor(Math.min(remainingMs(context), budgetMs)))),
    ...(context.clientAddress === undefined ? {} : { [contextHeaders.clientAddress]: context.clientAddress }),
  };
}

/** How long the caller still waits; zero when they have stopped. */
export function remainingMs(context: RequestContext): number {
  return Math.max(0, context.deadline - performance.now());
}

/** The error for work that cannot be done in the time that is left. */
export function timedOut(): PublicError {
  return new PublicError('TIMEOUT', 'This took too long. Try again.', { retryAfterMs: 1_000 });
}
