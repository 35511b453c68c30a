import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isErrorCode, PublicError, toPublicBody } from './errors.ts';

/**
 * The form in which a GraphQL error leaves: public errors as they are, faults of the document without suggestions and
 * without the values that were sent, all else as INTERNAL. The request id is added where the response is sent.
 */
export function formatGraphQLError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  // Apollo's own unwrapping passes over errors without a path, such as those that plugins throw.
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const { locations, path } = formatted;
  const place = { ...(locations && !path ? { locations } : {}), ...(path ? { path } : {}) };
  if (original instanceof PublicError) return { ...place, ...withoutRequestId(original) };
  const code = normalizedCode(formatted.extensions?.code);
  if (code === undefined) return { ...place, ...withoutRequestId(original) };
  return { ...place, message: withoutValues(formatted.message), extensions: { code } };
}

function withoutRequestId(error: unknown): GraphQLFormattedError {
  const { message, extensions } = toPublicBody(error, '');
  const { requestId: _, ...rest } = extensions;
  return { message, extensions: rest };
}

/** Apollo's codes in words of the closed list; undefined where the error is not one that the caller caused. */
function normalizedCode(code: unknown): string | undefined {
  if (code === 'OPERATION_RESOLUTION_FAILURE') return 'BAD_REQUEST';
  return isErrorCode(code) && code !== 'INTERNAL' ? code : undefined;
}

/** graphql-js quotes values and guesses names; a reply repeats neither. */
export function withoutValues(message: string): string {
  const invalidVariable = /^Variable "(\$\w+)" got invalid value .*?(?: at "([^"]+)")?; (.*)$/s.exec(message);
  if (invalidVariable) {
    const [, variable, path, reason = ''] = invalidVariable;
    const missing = /^Field "\w+" of required type "[^"]+" was not provided\.$/.exec(reason)?.[0];
    const expected = /^Expected (?:non-nullable )?type "[^"]+" not to be null\.$/.exec(reason)?.[0];
    const why = missing ?? expected ?? 'It does not fit its type.';
    return `Variable "${variable}" has an invalid value${path ? ` at "${path}"` : ''}. ${why}`;
  }
  return message
    .replace(/^(.* cannot represent [^:]*value): .*$/s, '$1.')
    .replace(/^(Expected value of type "[^"]+"), found .*$/s, '$1.')
    .replace(/^Value ".*" does not exist in/s, 'This value does not exist in')
    .replace(/ Did you mean [^?]*\?/g, '');
}
