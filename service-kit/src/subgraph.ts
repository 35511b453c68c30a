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
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type GraphQLResolveInfo, type GraphQLSchema, parse } from 'graphql';
import type { Logger } from 'pino';
import { admitRequests, createAdmission, exposeAdmission, openVisits, working } from './admission/index.ts';
import type { AdmissionSettings } from './admission/settings.ts';
import type { Caller } from './caller.ts';
import { describeError, isErrorCode, PublicError } from './errors.ts';
import { formatGraphQLError } from './graphql-errors.ts';
import { createHttpServer, type HttpServerOptions } from './http-server.ts';
import { openSeries, RequestCounts, type ServiceMetrics, serveMetrics } from './metrics/index.ts';
import { protect } from './protect.ts';
import { keepAccounts, outcomeOf, type RequestAccount } from './request-account.ts';
import type { RequestContext } from './request-context.ts';
import type { TokenVerifier } from './tokens.ts';

/** What every resolver is given besides its arguments; a service adds its loaders and actions. */
export interface SubgraphContext extends BaseContext {
  readonly caller: Caller;
  readonly request: RequestContext;
  readonly account: RequestAccount;
}

/** What makes a subgraph. */
export interface SubgraphOptions<C extends SubgraphContext> extends Omit<HttpServerOptions, 'describeRequest'> {
  /** The committed SDL. */
  typeDefs: string;
  resolvers: object;
  verifyToken: TokenVerifier;
  /** Where the service shows its numbers, and to whom: GET /metrics. */
  metrics: ServiceMetrics;
  /** How much is taken in at once; undefined takes in everything, which is for measuring what this costs. */
  admission: AdmissionSettings | undefined;
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
    plugins: [...quietPlugins(), requestPlugin<C>(options.logger)],
    logger: options.logger,
  });
  await apollo.start();

  const app = createHttpServer({ ...options, describeRequest });
  const counts = new RequestCounts();
  const series = openSeries(options.metrics.registry, 'atrium_subgraph_');
  counts.expose(series);
  keepAccounts(app, counts);
  const admission = options.admission && createAdmission(options.admission);
  serveMetrics(app, options.metrics.registry, options.metrics.access);
  app.decorateRequest('caller');
  protect(app, '/graphql', options.verifyToken);
  app.addHook('onRequest', (request, _reply, done) => {
    // What a sister service says of whom it asks for counts as it is; a client speaks for itself.
    if (request.caller?.kind === 'client') request.atrium = { ...request.atrium, clientId: request.caller.clientId };
    done();
  });
  if (admission) {
    exposeAdmission(admission, series);
    admitRequests(app, admission);
  }
  options.routes?.(app);
  if (admission) openVisits(app, admission);
  const handler = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const { caller, atrium, account } = request;
      return options.context({ caller, request: atrium, account: account as RequestAccount }, request);
    },
  });
  app.route({
    url: '/graphql',
    method: ['POST'],
    handler: working((request, reply) => handler.call(app, request, reply) as Promise<unknown>),
  });
  app.addHook('onClose', () => apollo.stop());
  return app;
}

/** The most of an operation's name that the log repeats. */
const maxLoggedName = 100;

function describeRequest(request: FastifyRequest, reply: FastifyReply): object {
  const { account, visit } = request;
  if (!account) return {};
  const operation = account.operation?.slice(0, maxLoggedName);
  const waitedMs = visit?.waitedMs;
  return {
    ...(operation && { operation }),
    outcome: outcomeOf(request, reply.raw),
    ...(waitedMs === undefined ? {} : { waitedMs: Math.round(waitedMs) }),
  };
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

/**
 * Puts the request id into every error that leaves, logs what nobody marked as public, and notes which operation it was
 * and how it ended.
 */
function requestPlugin<C extends SubgraphContext>(logger: Logger): ApolloServerPlugin<C> {
  return {
    async requestDidStart({ contextValue }) {
      const { request, account } = contextValue;
      const { requestId } = request;
      return {
        async didResolveOperation({ operationName }) {
          account.operation = operationName ?? undefined;
        },
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
          const code = errors[0]?.extensions?.code;
          account.outcome = isErrorCode(code) ? code : 'INTERNAL';
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
