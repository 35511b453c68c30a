import { type GraphQLSchema, Kind, parse, validate } from 'graphql';
import type { Operation } from '../answers.ts';

/** Reads the one operation of a document; throws where it is not valid. */
export function readOperation(schema: GraphQLSchema, text: string, variables: Record<string, unknown> = {}): Operation {
  const document = parse(text, { noLocation: true });
  const [error] = validate(schema, document);
  if (error) throw error;
  const definition = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (!definition) throw new Error('The document has no operation.');
  return { text, document, definition, variables };
}
