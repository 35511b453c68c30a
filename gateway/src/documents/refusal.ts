import { type ErrorCode, httpStatus, PublicError, withoutValues } from '@atrium/service-kit';
import type { GraphQLError } from 'graphql';

/** An error as the answer lists it, but for the request id. */
export interface RefusalError {
  message: string;
  locations?: readonly { line: number; column: number }[];
  extensions: { code: ErrorCode; retryAfterMs?: number };
}

/** Why an operation is not executed at all: the faults of its document or of its variables. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly RefusalError[];
  readonly status: number;

  constructor(code: ErrorCode, errors: readonly RefusalError[]) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.errors = errors;
    this.status = httpStatus[code];
  }
}

/** A refusal with what graphql-js found, without the values that were sent and without guesses at names. */
export function toRefusal(code: ErrorCode, errors: readonly GraphQLError[]): Refusal {
  return new Refusal(
    code,
    errors.map(({ message, locations }) => ({
      message: withoutValues(message),
      ...(locations ? { locations } : {}),
      extensions: { code },
    })),
  );
}

/** What to do about a limit that graphql-js itself enforces on validation, which it tells in words of its own. */
export function limitOf(errors: readonly GraphQLError[]): PublicError | undefined {
  if (errors.every(({ message }) => message !== 'Validation aborted.')) return undefined;
  return new PublicError('QUERY_TOO_COMPLEX', 'The operation asks for too many fields at once. Split it.');
}
