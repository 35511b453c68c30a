import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type GraphQLResolveInfo, type GraphQLSchema, parse } from 'graphql';
import type { Logger } from 'pino';
import type { Caller } from './caller.ts';
import { describeError, PublicError } from './errors.ts';
import { formatGraphQLError } from './graphql-errors.ts';
import { createHttpServer, type HttpServerOptions } from './http-server.ts';
import { protect } from './protect.ts';
import type { RequestContext } from './request-context.ts';
import type { TokenVerifier } from './tokens.ts';

/** What every resolver is given besides its arguments; a service adds its loaders and actions. */
export interface SubgraphContext extends BaseContext {
  readonly caller: Caller;
  readonly request: RequestContext;
}

/** What makes a subgraph. */
export interface SubgraphOptions<C extends SubgraphContext> extends HttpServerOptions {
  /** The committed SDL. */
  typeDefs: string;
  resolvers: object;
  verifyToken: TokenVerifier;
  /** Adds what belongs to one request: loaders above all. */
  context: (base: SubgraphContext, request: FastifyRequest) => C;
  /** Routes and body parsers of the service's own. */
  routes?: (app: FastifyInstance) => void;
}

/** The server of a subgraph: POST /graphql for callers with a token, `_service` and `_entities` included. */
export async function createSubgraph<C extends SubgraphContext>(options: SubgraphOptions<C>): Promise<FastifyInstance> {
  const schema = buildSubgraphSchema({
    typeDefs: parse(options.typeDefs),
    resolvers: options.resolvers as Parameters<typeof buildSubgraphSchema>[0] extends { resolvers?: infer R }
      ? R
      : never,
  });
  const apollo = new ApolloServer<C>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false,
    formatError: formatGraphQLError,
    plugins: [...quietPlugins(), requestIdPlugin<C>(options.logger)],
    logger: options.logger,
  });
  await apollo.start();

  const app = createHttpServer(options);
  app.decorateRequest('caller');
  protect(app, '/graphql', options.verifyToken);
  options.routes?.(app);
  app.route({
    url: '/graphql',
    method: ['POST'],
    handler: fastifyApolloHandler(apollo, {
      context: async (request) => options.context({ caller: request.caller, request: request.atrium }, request),
    }),
  });
  app.addHook('onClose', () => apollo.stop());
  return app;
}

/** Apollo Server's plugins that report to its vendor or serve its pages: all off. */
function quietPlugins(): ApolloServerPlugin[] {
  return [
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
  ];
}

/** Puts the request id into every error that leaves, and logs what nobody marked as public. */
function requestIdPlugin<C extends BaseContext & { request: RequestContext }>(logger: Logger): ApolloServerPlugin<C> {
  return {
    async requestDidStart({ contextValue }) {
      const { requestId } = contextValue.request;
      return {
        async didEncounterErrors({ errors }) {
          for (const error of errors) {
            const original = error.originalError ?? error;
            const field = (error.path ?? []).filter((key) => typeof key === 'string').join('.');
            if (original instanceof PublicError) {
              // What the caller is told is whole; what is behind it, such as a sister's refusal, concerns the operator.
              if (original.cause)
                logger.warn({ requestId, field, error: describeError(original) }, 'field unavailable');
              continue;
            }
            // Errors with a code and without a path are faults of the document, which concern its sender alone.
            if (!error.path && error.extensions.code) continue;
            logger.error({ requestId, field, error: describeError(original) }, 'resolver failed');
          }
        },
        async willSendResponse({ response }) {
          if (response.body.kind !== 'single') return;
          const { errors } = response.body.singleResult;
          if (!errors) return;
          response.body.singleResult.errors = errors.map((error) => ({
            ...error,
            extensions: { ...error.extensions, requestId },
          }));
        },
      };
    },
  };
}

export type { GraphQLResolveInfo, GraphQLSchema };
