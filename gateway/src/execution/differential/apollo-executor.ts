import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { ExecutionContext, Subgraph } from '../execution.ts';
import { stripDirectives } from '../strip-directives.ts';
import { SubgraphError } from '../subgraph-answer.ts';
import type { Answer, AnswerError, Executor, Operation } from './answers.ts';
import type { ComposedGraph } from './composed-graph.ts';
import { fieldsOf } from './error-places.ts';
import type { Run } from './graph.ts';
import { inProcessSubgraph } from './in-process-subgraph.ts';

// Read by @apollo/gateway when it is made; without it measurements go to its vendor.
// biome-ignore lint/style/noProcessEnv: the library takes this from nowhere else.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

/** What @apollo/gateway answers; nulls that it only tells of in `valueCompletion` count as errors. */
export interface ApolloAnswer extends Answer {
  /** Whether its errors are those of `valueCompletion`, which it leaves out where a subgraph had an error. */
  completed: boolean;
}

/** The executor of @apollo/gateway. */
export interface ApolloExecutor extends Executor {
  execute(operation: Operation, run: Run): Promise<ApolloAnswer>;
}

interface Result {
  data?: unknown;
  errors?: readonly Parameters<typeof toAnswerError>[0][];
  extensions?: Record<string, unknown>;
}

/** Runs operations on @apollo/gateway over the same subgraphs in this process. */
export async function apolloExecutor({ supergraphSdl, subgraphSchemas }: ComposedGraph): Promise<ApolloExecutor> {
  const ignore = () => {};
  const gateway = new ApolloGateway({
    supergraphSdl: stripDirectives(supergraphSdl),
    buildService: ({ name }) => {
      const schema = subgraphSchemas.get(name);
      if (!schema) throw new Error(`no subgraph ${name}`);
      return dataSource(inProcessSubgraph(name, schema));
    },
    // Without fragments in fetches, so that it can be read from a fetch what it was to bring.
    queryPlannerConfig: { reuseQueryFragments: false, debug: { maxEvaluatedPlans: 200 } },
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  const { schema, executor } = await gateway.load();
  let count = 0;
  return {
    async execute({ text, document, definition, variables }, run) {
      const context = { run } as never;
      // It throws what its planner breaks down on.
      const result: Result = await executor({
        request: { query: text, variables },
        document,
        operation: definition,
        operationName: null,
        queryHash: String(count++),
        source: text,
        schema,
        context,
        metrics: {},
        cache: undefined,
        logger: undefined,
        overallCachePolicy: undefined,
      } as never).catch((error: Error) => ({ errors: [error] }));
      const errors = (result.errors ?? []).map(toAnswerError);
      const completion = (result.extensions?.valueCompletion ?? []) as Parameters<typeof toAnswerError>[0][];
      const completed = errors.length === 0;
      return { data: result.data, errors: completed ? completion.map(toAnswerError) : errors, completed };
    },
  };
}

function toAnswerError({
  message,
  path,
  extensions,
}: {
  message: string;
  path?: AnswerError['path'];
  extensions?: Record<string, unknown>;
}): AnswerError {
  return { message, path, code: typeof extensions?.code === 'string' ? extensions.code : undefined };
}

function dataSource(subgraph: Subgraph): GraphQLDataSource {
  return {
    async process({ request: { query = '', variables = {} }, context }) {
      const { representations } = variables as { representations?: unknown[] };
      const { data, errors } = await subgraph.fetch(
        {
          body: JSON.stringify({ query, variables }),
          entityCount: representations?.length,
          isRead: true,
          uploads: undefined,
        },
        context as unknown as ExecutionContext,
      );
      // As the gateway does it: an error about a whole fetch is told of at each field that the fetch was to bring.
      const placed = errors.flatMap((error) =>
        error.path ? [error] : fieldsOf(query, variables).map((path) => new SubgraphError(error, path)),
      );
      return { ...(data === undefined ? {} : { data }), ...(placed.length > 0 ? { errors: placed } : {}) } as never;
    },
  };
}
