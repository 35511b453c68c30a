import { isErrorCode, PublicError } from './errors.ts';
import type { ServiceResponse } from './service-call.ts';

/** A sister service did not answer, or not usably. Work that can wait is put off; a reader is told UNAVAILABLE. */
export class ServiceUnavailable extends PublicError {
  constructor(service: string, cause?: unknown) {
    const retryAfterMs = (cause instanceof UnusableAnswer ? cause.retryAfterMs : undefined) ?? 1_000;
    super('UNAVAILABLE', `The ${service} service cannot be reached. Try again.`, { retryAfterMs, cause });
    this.name = 'ServiceUnavailable';
  }

  /**
   * Whether the service is there and refused this very call, so that a smaller or another one may succeed. One that has
   * too much to do is served by neither.
   */
  get refused(): boolean {
    return this.cause instanceof UnusableAnswer && this.cause.code !== 'OVERLOADED';
  }

  /** Whether it found fault with what it was sent, so that the same call will fail again. */
  get judged(): boolean {
    return this.cause instanceof UnusableAnswer && judgements.has(this.cause.code);
  }

  /** What the service answered, for the operator: a code of the closed list or an HTTP status. */
  get answer(): string | undefined {
    return this.cause instanceof UnusableAnswer ? this.cause.code : undefined;
  }
}

/** What says that a request is wrong and not whoever received it, as a code or as the status of one who has no codes. */
const judgements = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'HTTP 400',
  'HTTP 413',
  'HTTP 422',
]);

/**
 * An answer without the data that was asked for, such as FORBIDDEN or INTERNAL. Whoever caused the call cannot mend
 * that and is told UNAVAILABLE; the log tells the operator this code, or the HTTP status where there is none.
 */
export class UnusableAnswer extends Error {
  readonly code: string;
  /** When the service asks to be called again, where it does. */
  readonly retryAfterMs: number | undefined;

  constructor({ status }: ServiceResponse, errors: unknown) {
    super('unusable answer');
    this.name = 'UnusableAnswer';
    const [first] = Array.isArray(errors) ? errors : [];
    const code: unknown = first?.extensions?.code;
    const retryAfterMs: unknown = first?.extensions?.retryAfterMs;
    this.retryAfterMs = typeof retryAfterMs === 'number' ? retryAfterMs : undefined;
    this.code = isErrorCode(code) ? code : `HTTP ${status}`;
  }
}

/** Nobody was asked, because every instance of the service is known to be in trouble: what the log tells. */
export class NoInstance extends Error {
  constructor() {
    super('no instance');
    this.name = 'NoInstance';
  }
}

/** An answer, or the answers that are read at the same time, take more memory than they may: what the log tells. */
export class AnswerTooLarge extends Error {
  constructor() {
    super('answer too large');
    this.name = 'AnswerTooLarge';
  }
}
