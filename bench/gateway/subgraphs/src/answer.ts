import { type GraphQLSchema, parse, validate } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

/** A request to a subgraph. */
export interface SubgraphRequest {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

type Answer = (variables: Record<string, unknown>) => Promise<string> | string;

/**
 * Answers any valid document as JSON text. A document is parsed, validated and compiled once, so that what is measured
 * is the gateway and hardly its subgraphs.
 */
export function createAnswerer(schema: GraphQLSchema): (request: SubgraphRequest) => Promise<string> | string {
  const prepared = new Map<string, Answer>();
  return ({ query, variables = {}, operationName }) => {
    const key = operationName === undefined ? query : `${operationName}\n${query}`;
    let answer = prepared.get(key);
    if (!answer) {
      answer = prepare(schema, query, operationName);
      prepared.set(key, answer);
    }
    return answer(variables);
  };
}

function prepare(schema: GraphQLSchema, query: string, operationName: string | undefined): Answer {
  const document = parse(query);
  const errors = validate(schema, document);
  if (errors.length > 0) return () => JSON.stringify({ errors });
  const compiled = compileQuery(schema, document, operationName, { disableLeafSerialization: true });
  if (!isCompiledQuery(compiled)) return () => JSON.stringify(compiled);
  return (variables) => {
    const result = compiled.query(undefined, undefined, variables);
    return result instanceof Promise ? result.then((settled) => JSON.stringify(settled)) : JSON.stringify(result);
  };
}
