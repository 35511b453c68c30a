import { formatGraphQLError } from '@atrium/service-kit';
import type { GraphQLFormattedError } from 'graphql';
import { tooComplex } from '../limits/document.ts';

/** The form in which an error leaves the gateway; see service-kit for what holds for every service. */
export function formatGatewayError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const limit = limitOf(formatted);
  return limit === undefined ? formatGraphQLError(formatted, error) : formatGraphQLError(formatted, tooComplex(limit));
}

/** What to do about a limit that graphql-js or Apollo Server enforces, in words of their own. */
function limitOf({ message, extensions }: GraphQLFormattedError): string | undefined {
  if (/^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(message)) {
    return 'The document is too long. Split it, or send values as variables.';
  }
  // The second is what graphql-js says when comparing the fields of one name would take too long.
  const tooMany = extensions?.validationErrorCode === 'MAX_RECURSIVE_SELECTIONS_EXCEEDED';
  if (tooMany || message === 'Validation aborted.') {
    return 'The operation asks for too many fields at once. Split it.';
  }
  return undefined;
}
