import { type DocumentNode, type ExecutionResult, GraphQLError, getOperationAST, parse, validate } from 'graphql';
import type { MockGraph } from './mock-graph.ts';
import type { GraphRequest } from './read-body.ts';

/** An answer and its HTTP status. */
export interface MockAnswer {
  status: number;
  body: object;
}

/** Answers a request as the gateway would: what the schema refuses is refused with its reasons. */
export async function answerRequest(graph: MockGraph, request: GraphRequest | undefined): Promise<MockAnswer> {
  const { query, variables, operationName } = request ?? {};
  if (typeof query !== 'string')
    return refused('BAD_REQUEST', [new GraphQLError('Send the document as a text in query.')]);
  const document = parseDocument(query);
  if (document instanceof GraphQLError) return refused('GRAPHQL_PARSE_FAILED', [document]);
  const invalid = validate(graph.schema, document);
  if (invalid.length > 0) return refused('GRAPHQL_VALIDATION_FAILED', invalid);
  const operation = getOperationAST(document, typeof operationName === 'string' ? operationName : undefined);
  if (!operation) return refused('BAD_REQUEST', [new GraphQLError('Say by operationName which operation is meant.')]);
  const answer = await graph.answer(document, operation, isRecord(variables) ? variables : undefined);
  return { status: 200, body: plain(answer) };
}

function plain({ data, errors }: ExecutionResult): object {
  return errors ? { data, errors } : { data };
}

function parseDocument(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query);
  } catch (error) {
    return error as GraphQLError;
  }
}

function refused(code: string, errors: readonly GraphQLError[]): MockAnswer {
  return {
    status: 400,
    body: { errors: errors.map((error) => ({ ...error.toJSON(), extensions: { code } })) },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
