import type { RequestContext } from './request-context.ts';

/** An answer as it arrived. */
export interface ServiceResponse {
  status: number;
  body: string;
}

/** What a call to a sister service needs to say. */
export interface ServiceCall {
  /** What is asked for below an instance's address, as `/graphql`; empty for the address itself. */
  path: string;
  /** Names and values in turn, as undici takes them. They are only read, so that many calls may share them. */
  headers: readonly string[];
  body: string | Buffer | AsyncIterable<Uint8Array>;
  context: RequestContext;
  /** The longest this call may take; the context's deadline bounds it too. */
  timeoutMs: number;
  /** Whether the call changes nothing, so that it may be sent again where its connection broke unanswered. */
  isRead: boolean;
  /** Gives the call up early, as when nobody waits for its answer any more. */
  signal?: AbortSignal | undefined;
}

/**
 * How a call to one instance ended:
 * - `answered`: with any status below 500, or 503;
 * - `failed`: with another status from 500 on, or too large an answer;
 * - `timed-out`: not within its time;
 * - `unreachable`: its connection could not be made, or broke;
 * - `given-up`: its caller lost interest;
 * - `rejected`: no instance was asked, because all are in trouble. Its instance is -1.
 */
export type CallOutcome = 'answered' | 'failed' | 'timed-out' | 'unreachable' | 'given-up' | 'rejected';

/** Told of each call when it is over; of a call that was sent twice, both times. */
export type CallObserver = (service: string, instance: number, outcome: CallOutcome, durationMs: number) => void;
