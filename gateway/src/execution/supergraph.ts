import { readFile } from 'node:fs/promises';
import { ApolloGateway } from '@apollo/gateway';
import type { ApolloServerOptions } from '@apollo/server';
import { httpStatus, PublicError } from '@atrium/service-kit';
import { executeSync, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { GatewayContext } from './context.ts';
import { onlyIntrospects } from './root-fields.ts';
import { stripDirectives } from './strip-directives.ts';
import type { SubgraphOptions } from './subgraph.ts';
import { createSubgraphSource, type SubgraphSource } from './subgraph-source.ts';

// Read by @apollo/gateway when it is made; without it measurements go to its vendor.
// biome-ignore lint/style/noProcessEnv: the library takes this from nowhere else.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

/** What serves the supergraph: the schema, and an executor that plans and runs operations against it. */
export type Supergraph = NonNullable<ApolloServerOptions<GatewayContext>['gateway']> & { close(): Promise<void> };

/** What a supergraph needs. */
export interface SupergraphOptions {
  /** The composed graph's file. */
  path: string;
  /** The GraphQL endpoints of each subgraph's instances, by its name. */
  endpoints: Record<string, readonly string[]>;
  transport: SubgraphOptions;
  logger: Logger;
}

/** Loads the supergraph; throws in one line where it cannot be served. */
export async function loadSupergraph(options: SupergraphOptions): Promise<Supergraph> {
  const { logger, endpoints } = options;
  const supergraphSdl = stripDirectives(await read(options.path));
  const sources = new Map<string, SubgraphSource>();
  const gateway = new ApolloGateway({
    supergraphSdl,
    // The planner's addresses are those of composition; a process reaches subgraphs where its settings say.
    buildService: ({ name }) => {
      const addresses = endpoints[name];
      if (addresses === undefined) throw new Error(`No address is known for the subgraph ${name}.`);
      const source = sources.get(name) ?? createSubgraphSource(name, addresses, options.transport);
      sources.set(name, source);
      return source;
    },
    logger: quiet(logger),
    // Outside production it would otherwise show its plans to whoever asks by a header.
    __exposeQueryPlanExperimental: false,
  });
  return {
    async load(parameters) {
      const { schema, executor } = await gateway.load(parameters);
      return { schema, executor: (context) => answer(context, executor, logger) };
    },
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
    async close() {
      await Promise.all([...sources.values()].map((source) => source.close()));
    },
  };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`The supergraph cannot be read (${code}: ${path}). Compose it, and set SUPERGRAPH_PATH.`);
  }
}

type Executor = ApolloGateway['executor'];

async function answer(context: Parameters<Executor>[0], execute: Executor, logger: Logger): ReturnType<Executor> {
  const { operation, document, operationName, schema, request } = context;
  // The planner knows an older form of the introspection schema than the tools that ask for it.
  if (onlyIntrospects(operation, document)) {
    return executeSync({ schema, document, operationName, variableValues: request.variables });
  }
  return withoutInsights(await execute(context).catch(refuseUnplannable), logger);
}

/** The planner judges a document again, and knows some fields of introspection less than graphql-js. */
function refuseUnplannable(error: unknown): never {
  if (!(error instanceof GraphQLError) || error.extensions.code !== 'INVALID_GRAPHQL') throw error;
  const code = 'GRAPHQL_VALIDATION_FAILED';
  throw new GraphQLError(error.message, {
    originalError: new PublicError(code, error.message),
    extensions: { code, http: { status: httpStatus[code] } },
  });
}

/**
 * The result without what @apollo/gateway tells of itself. `valueCompletion` lists nulls that no subgraph explained,
 * mostly of things that were deleted meanwhile, and quotes the schema.
 */
function withoutInsights({ data, errors, extensions }: Awaited<ReturnType<Executor>>, logger: Logger) {
  if (extensions?.valueCompletion) {
    const places = (extensions.valueCompletion as { path?: readonly unknown[] }[]).slice(0, 10);
    const fields = places.map(({ path }) => path?.filter((key) => typeof key === 'string').join('.'));
    logger.warn({ fields }, 'nulls that no subgraph explained');
  }
  return { ...(data === undefined ? {} : { data }), ...(errors?.length ? { errors } : {}) };
}

/** Warnings and errors only: the rest tells about loading, several lines at a time. */
function quiet(logger: Logger) {
  const ignore = () => {};
  return {
    debug: ignore,
    info: ignore,
    warn: (message: string) => logger.warn(message),
    error: (message: string) => logger.error(message),
  };
}
