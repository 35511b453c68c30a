import { randomFillSync } from 'node:crypto';
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
  /** The client that the work is done for; undefined where it is done for several, or for none. */
  readonly clientId?: string | undefined;
}

/** Header names between services. A deadline travels as the milliseconds left, so that clocks need not agree. */
const contextHeaders = {
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  deadlineMs: 'x-atrium-deadline-ms',
  clientAddress: 'x-atrium-client-address',
  clientId: 'x-atrium-client-id',
} as const;

type Headers = Record<string, string | string[] | undefined>;

const requestIdForm = /^[\w.:-]{1,64}$/;
const traceparentForm = /^[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

// Asking the system for a few random bytes costs ten times as much as all else that a new context needs.
const randomness = Buffer.alloc(8_192);
let used = randomness.length;

/** The place of so many random bytes that nobody has had before. */
function takeRandom(count: number): number {
  if (used + count > randomness.length) {
    randomFillSync(randomness);
    used = 0;
  }
  used += count;
  return used - count;
}

/** A new request id: a UUIDv7, so that ids sort by the time of their requests. */
function newRequestId(): string {
  const at = takeRandom(16);
  return uuidv7({ random: randomness.subarray(at, at + 16) });
}

/** The start of a new trace, sampled, in the form of W3C Trace Context. */
function newTraceparent(): string {
  const at = takeRandom(24);
  const [traceId, parentId] = [randomness.toString('hex', at, at + 16), randomness.toString('hex', at + 16, at + 24)];
  return `00-${traceId}-${parentId}-01`;
}

/** Reads the context of a request; what is missing or malformed is made anew. */
export function readContext(headers: Headers, budgetMs: number): RequestContext {
  const requestId = header(headers, contextHeaders.requestId);
  const traceparent = header(headers, contextHeaders.traceparent);
  const leftMs = Number(header(headers, contextHeaders.deadlineMs));
  return {
    requestId: requestId && requestIdForm.test(requestId) ? requestId : newRequestId(),
    traceparent: traceparent && traceparentForm.test(traceparent) ? traceparent : newTraceparent(),
    deadline: performance.now() + (leftMs > 0 ? Math.min(leftMs, budgetMs) : budgetMs),
    clientAddress: header(headers, contextHeaders.clientAddress),
    clientId: header(headers, contextHeaders.clientId),
  };
}

/** A context for work that no request waits for, such as an outbox delivery. */
export function backgroundContext(budgetMs: number): RequestContext {
  return readContext({}, budgetMs);
}

/** The headers that carry a context on, as names and values in turn, for a call that has `budgetMs` and no more. */
export function contextHeadersOf(context: RequestContext, budgetMs: number): string[] {
  const headers = [
    contextHeaders.requestId,
    context.requestId,
    contextHeaders.traceparent,
    context.traceparent,
    contextHeaders.deadlineMs,
    String(Math.max(1, Math.floor(budgetMs))),
  ];
  if (context.clientAddress !== undefined) headers.push(contextHeaders.clientAddress, context.clientAddress);
  if (context.clientId !== undefined) headers.push(contextHeaders.clientId, context.clientId);
  return headers;
}

/** How long the caller still waits; zero when they have stopped. */
export function remainingMs(context: RequestContext): number {
  return Math.max(0, context.deadline - performance.now());
}

/** The error for work that cannot be done in the time that is left. */
export function timedOut(): PublicError {
  return new PublicError('TIMEOUT', 'This took too long. Try again.', { retryAfterMs: 1_000 });
}
