import { describeError, PublicError } from '@atrium/service-kit';
import { type ExecutionResult, execute, type GraphQLSchema, parse, validate } from 'graphql';
import type { ExecutionContext, Subgraph } from '../execution.ts';
import { readAnswer, type SubgraphAnswer, SubgraphError } from '../subgraph-answer.ts';
import type { Run } from './graph.ts';
import { hash } from './hash.ts';

/** The context of an execution that carries its run. */
export interface RunContext extends ExecutionContext {
  readonly run: Run;
}

interface GraphQLRequest {
  query: string;
  variables?: Record<string, unknown>;
}

/** A subgraph of the test in this process, which speaks JSON as one behind HTTP does. */
export function inProcessSubgraph(name: string, schema: GraphQLSchema): Subgraph {
  return {
    async fetch({ body, entityCount }, context): Promise<SubgraphAnswer> {
      const { run } = context as RunContext;
      // Which of several parallel fetches answers first must not matter, so that it differs.
      for (let turns = hash(`${name}${body}`) % 4; turns > 0; turns--) await undefined;
      if (run.down.has(name)) return noAnswer(new PublicError('UNAVAILABLE', `${name} is down.`));
      const result = await answer(schema, JSON.parse(body) as GraphQLRequest, run);
      try {
        return readAnswer(name, { status: 200, body: JSON.stringify(result) }, entityCount);
      } catch (error) {
        return noAnswer(error instanceof PublicError ? error : new PublicError('INTERNAL', describeError(error).name));
      }
    },
  };
}

async function answer(
  schema: GraphQLSchema,
  { query, variables = {} }: GraphQLRequest,
  run: Run,
): Promise<ExecutionResult> {
  const document = parse(query, { noLocation: true });
  const errors = validate(schema, document);
  if (errors.length > 0) return { errors };
  return execute({ schema, document, variableValues: variables, contextValue: run });
}

function noAnswer(error: PublicError): SubgraphAnswer {
  return { data: undefined, errors: [new SubgraphError(error, undefined)] };
}
