import { type ErrorCode, PublicError } from '@atrium/service-kit';

/** The names of the limits on a document, on a body and on all bodies together, as metrics tell them apart. */
export type LimitName =
  | 'body'
  | 'bodies'
  | 'text'
  | 'tokens'
  | 'fragments'
  | 'selections'
  | 'depth'
  | 'aliases'
  | 'root-fields'
  | 'directives'
  | 'repetitions'
  | 'once'
  | 'subscription'
  | 'introspection'
  | 'cost';

/** A request that is past a limit. Its message says what to do, and no number by which the limit could be probed. */
export class LimitMet extends PublicError {
  readonly limit: LimitName;

  constructor(
    limit: LimitName,
    message: string,
    code: ErrorCode = 'QUERY_TOO_COMPLEX',
    options?: { retryAfterMs: number },
  ) {
    super(code, message, options);
    this.name = 'LimitMet';
    this.limit = limit;
  }
}
