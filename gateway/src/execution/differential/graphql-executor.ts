import { execute } from 'graphql';
import type { Executor } from './answers.ts';
import type { ComposedGraph } from './composed-graph.ts';

/** Runs operations on graphql-js, over the public schema with all the data: what the specification wants. */
export function graphqlExecutor({ monolith }: ComposedGraph): Executor {
  return {
    async execute({ document, variables }, run) {
      const { data, errors = [] } = await execute({
        schema: monolith,
        document,
        variableValues: variables,
        contextValue: run,
      });
      const told = errors.map(({ message, path }) => ({ message, path, code: 'INTERNAL' }));
      return { data: data === undefined ? undefined : JSON.parse(JSON.stringify(data)), errors: told };
    },
  };
}
