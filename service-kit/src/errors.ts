/** Every `extensions.code` that a GraphQL error may carry; what a person can mend is a `userErrors` entry instead. */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'UNAUTHORIZED_FIELD_OR_TYPE',
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'OPERATION_NOT_ALLOWED',
  'METHOD_NOT_ALLOWED',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
  'QUERY_TOO_COMPLEX',
  'RATE_LIMITED',
  'OVERLOADED',
  'UNAVAILABLE',
  'TIMEOUT',
  'INTERNAL',
] as const;

/** A code of the closed list. */
export type ErrorCode = (typeof errorCodes)[number];

/** Whether a text is a code of the closed list. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return errorCodes.includes(code as ErrorCode);
}

/** The HTTP status for an error that keeps a request from being executed at all. */
export const httpStatus: Record<ErrorCode, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNAUTHORIZED_FIELD_OR_TYPE: 403,
  BAD_REQUEST: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  BAD_USER_INPUT: 400,
  PERSISTED_QUERY_NOT_FOUND: 200,
  PERSISTED_QUERY_NOT_SUPPORTED: 200,
  OPERATION_NOT_ALLOWED: 400,
  METHOD_NOT_ALLOWED: 405,
  UNSUPPORTED_MEDIA_TYPE: 415,
  PAYLOAD_TOO_LARGE: 413,
  QUERY_TOO_COMPLEX: 400,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  UNAVAILABLE: 503,
  TIMEOUT: 504,
  INTERNAL: 500,
};

/**
 * An error whose message the caller may read. Its text holds no personal data and says what to do.
 * Whatever else is thrown leaves the process as INTERNAL with the request id, and nothing more.
 */
export class PublicError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'PublicError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The one answer to whoever is not known: it does not say what was wrong with the key or token. */
export function unauthenticated(): PublicError {
  return new PublicError('UNAUTHENTICATED', 'Send a valid API key in the x-api-key header.');
}

/** The message of an INTERNAL error. */
export const internalMessage = 'Something went wrong on our side. Try again; if it stays, report the request id.';

/** An error as it appears in `errors` of a response. */
export interface PublicErrorBody {
  message: string;
  extensions: { code: ErrorCode; requestId: string; retryAfterMs?: number };
}

/** Turns anything thrown into what may leave the process. */
export function toPublicBody(error: unknown, requestId: string): PublicErrorBody {
  if (!(error instanceof PublicError)) {
    return { message: internalMessage, extensions: { code: 'INTERNAL', requestId } };
  }
  const { code, retryAfterMs } = error;
  return {
    message: error.message,
    extensions: { code, requestId, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  };
}

/**
 * What a log line may say of an error: its kind, its code and where it happened. Messages stay out, because those of
 * drivers and parsers quote the data they stumbled on.
 */
export function describeError(error: unknown): { name: string; code?: string; at: string[]; cause?: object } {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const { code } = error as { code?: unknown };
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    at: at.slice(0, 12).map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
