import { type ErrorCode, PublicError } from '@atrium/service-kit';

/** The names of the limits on a document, as metrics tell them apart. */
export type LimitName =
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

/** A document that is past a limit. Its message says what to do, and no number by which the limit could be probed. */
export class LimitMet extends PublicError {
  readonly limit: LimitName;

  constructor(limit: LimitName, message: string, code: ErrorCode = 'QUERY_TOO_COMPLEX') {
    super(code, message);
    this.name = 'LimitMet';
    this.limit = limit;
  }
}
