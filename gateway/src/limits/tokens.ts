import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { LimitMet } from './limit-met.ts';

/**
 * Parses a document of at most so many tokens. Throws a LimitMet for a longer one, and for one that is no GraphQL a
 * GraphQLError with its place and without the values that stand there.
 */
export function parseDocument(text: string, { documentMaxTokens }: { documentMaxTokens: number }): DocumentNode {
  try {
    return parse(text, { maxTokens: documentMaxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (/^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(error.message)) {
      throw new LimitMet('tokens', 'The document is too long. Split it, or send values as variables.');
    }
    throw withoutValue(error);
  }
}

/** The parser quotes what it stumbled on; a text or a number among that may be somebody's data. */
function withoutValue(error: GraphQLError): GraphQLError {
  const { message, source, positions } = error;
  const told = message
    .replace(/(String|BlockString|Int|Float) ".*"/s, '$1')
    .replace(/^(Syntax Error: Invalid [^:]+):.*$/s, '$1.')
    .replace(/, did you mean .*$/s, '.');
  return told === message ? error : new GraphQLError(told, { source, positions });
}
