import type { GraphQLDataSource } from '@apollo/gateway';
import { Upload } from 'graphql-upload-ts';
import type { GatewayContext } from './context.ts';
import { fieldsOf } from './error-places.ts';
import { findUploads } from './multipart.ts';
import { openSubgraph, type SubgraphOptions } from './subgraph.ts';
import { SubgraphError } from './subgraph-answer.ts';

/** One subgraph, as the fetches of @apollo/gateway reach it. */
export interface SubgraphSource extends GraphQLDataSource<GatewayContext> {
  close(): Promise<void>;
}

/** The subgraph `name`, whose instances have these GraphQL endpoints. */
export function createSubgraphSource(
  name: string,
  endpoints: readonly string[],
  options: SubgraphOptions,
): SubgraphSource {
  const subgraph = openSubgraph(name, endpoints, options);
  return {
    async process(request) {
      if (!('incomingRequestContext' in request)) throw new Error('subgraphs are asked on behalf of requests only');
      const { query = '', variables = {}, operationName } = request.request;
      const { context } = request;
      const uploads = context.hasUploads ? findUploads(variables) : undefined;
      const { representations } = variables;
      const { data, errors } = await subgraph.fetch(
        {
          body: JSON.stringify({ query, variables, operationName }, (_key, value) =>
            value instanceof Upload ? null : value,
          ),
          entityCount: Array.isArray(representations) ? representations.length : undefined,
          isRead: request.incomingRequestContext.operation?.operation === 'query',
          uploads: uploads?.size ? uploads : undefined,
        },
        context,
      );
      return {
        ...(data === undefined ? {} : { data }),
        ...(errors.length > 0 ? { errors: place(errors, query, variables) } : {}),
      };
    },
    close: () => subgraph.close(),
  };
}

/** Gives errors about the whole fetch the fields that it was to bring. */
function place(errors: SubgraphError[], query: string, variables: Record<string, unknown>): SubgraphError[] {
  return errors.flatMap((error) => {
    if (error.path) return [error];
    return fieldsOf(query, variables).map((path) => new SubgraphError(error, path));
  });
}
