import { type DocumentNode, GraphQLError, parse, Source } from 'graphql';
import { CompositionFault } from './faults.ts';

/** The document in a file's text; throws a CompositionFault with the place of what cannot be parsed. */
export function parseFile(file: string, text: string): DocumentNode {
  try {
    return parse(new Source(text, file));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { message, locations } = error;
    throw new CompositionFault([{ file, ...locations?.[0], code: 'GRAPHQL_PARSE_FAILED', message }]);
  }
}
