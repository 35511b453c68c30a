import type { GraphQLDataSource } from '@apollo/gateway';
import type { ExecutionContext, Subgraph } from './execution.ts';
import { takeFiles } from './plan/files.ts';
import { selectedFields } from './plan/selected-fields.ts';
import { type Path, SubgraphError } from './subgraph-answer.ts';

/** A subgraph in the form in which @apollo/gateway's executor asks it. */
export function toDataSource(subgraph: Subgraph, isRead: boolean): GraphQLDataSource {
  return {
    async process({ request: { query = '', variables = {} }, context }) {
      const used = Object.keys(variables).map((name) => ({ name, from: name }));
      const files = takeFiles(used, new Set(Object.keys(variables)))?.(variables);
      const { representations } = variables;
      const entityCount = Array.isArray(representations) ? representations.length : undefined;
      const body = JSON.stringify({ query, variables: files?.variables ?? variables });
      const fetch = { body, entityCount, isRead, uploads: files?.uploads };
      const { data, errors } = await subgraph.fetch(fetch, context as unknown as ExecutionContext);
      const placed = errors.flatMap((error) =>
        error.path ? [error] : placesOf(query, entityCount).map((path) => new SubgraphError(error, path)),
      );
      return { ...(data ? { data } : {}), ...(placed.length > 0 ? { errors: placed } : {}) };
    },
  };
}

/** An error about a whole fetch stands at each field that the fetch was to bring. */
function placesOf(query: string, entityCount: number | undefined): Path[] {
  const keys = [...new Set(selectedFields(query).map(({ key }) => key))];
  if (entityCount === undefined) return keys.map((key) => [key]);
  return Array.from({ length: Math.min(entityCount, 100) }).flatMap((_, index) =>
    keys.map((key) => ['_entities', index, key]),
  );
}
