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
import {
  execute,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getOperationAST,
  parse,
} from 'graphql';
import type { Logger } from 'pino';
import { admitRequests, createAdmission, exposeAdmission, openVisits, working } from './admission/index.ts';
import type { AdmissionSettings } from './admission/settings.ts';
import type { Caller } from './caller.ts';
import { describeError, isErrorCode, PublicError } from './errors.ts';
import { formatGraphQLError } from './graphql-errors.ts';
import { createHttpServer, type HttpServerOptions } from './http-server.ts';
import { KnownDocuments } from './known-documents.ts';
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
  const known = new KnownDocuments();
  const apollo = new ApolloServer<C>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false,
    // Known documents are kept once, by us.
    documentStore: null,
    formatError: formatGraphQLError,
    plugins: [...quietPlugins(), requestPlugin<C>(options.logger, known)],
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
  const contextOf = (request: FastifyRequest): C => {
    const { caller, atrium, account } = request;
    return options.context({ caller, request: atrium, account: account as RequestAccount }, request);
  };
  const handler = fastifyApolloHandler(apollo, { context: async (request) => contextOf(request) });

  /**
   * Apollo Server judges each document once. From then on a request for it costs its execution: the way through Apollo
   * Server takes a quarter of the time of what is answered from memory. Undefined where nothing was executed.
   */
  async function answerKnown(request: FastifyRequest): Promise<string | undefined> {
    const asked = known.read(request);
    if (!asked) return undefined;
    const contextValue = contextOf(request);
    contextValue.account.operation = getOperationAST(asked.document, asked.operationName)?.name?.value;
    const { data, errors } = await execute({ schema, contextValue, ...asked });
    if (data === undefined) return undefined;
    if (!errors) return JSON.stringify({ data });
    tellErrors(errors, contextValue, options.logger);
    const formatted = errors.map((error) => formatGraphQLError(error.toJSON(), error));
    return JSON.stringify({ errors: sealErrors(formatted, contextValue), data });
  }

  app.route({
    url: '/graphql',
    method: ['POST'],
    handler: working(async (request, reply) => {
      const answer = await answerKnown(request);
      if (answer === undefined) return sealRefusal(await handler.call(app, request, reply), request, reply);
      return reply.header('content-type', 'application/json; charset=utf-8').send(answer);
    }),
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

/** Notes documents that are valid, which operation a request asked for, and how it ended. */
function requestPlugin<C extends SubgraphContext>(logger: Logger, known: KnownDocuments): ApolloServerPlugin<C> {
  return {
    async requestDidStart({ contextValue }) {
      return {
        async didResolveOperation({ source, document, operationName }) {
          known.remember(source, document);
          contextValue.account.operation = operationName ?? undefined;
        },
        async didEncounterErrors({ errors }) {
          tellErrors(errors, contextValue, logger);
        },
        async willSendResponse({ response }) {
          if (response.body.kind !== 'single') return;
          const { singleResult } = response.body;
          if (singleResult.errors) singleResult.errors = sealErrors(singleResult.errors, contextValue);
        },
      };
    },
  };
}

/** Logs what nobody marked as public. */
function tellErrors(errors: readonly GraphQLError[], { request }: SubgraphContext, logger: Logger): void {
  const { requestId } = request;
  for (const error of errors) {
    const original = error.originalError ?? error;
    const field = (error.path ?? []).filter((key) => typeof key === 'string').join('.');
    if (original instanceof PublicError) {
      // What the caller is told is whole; what is behind it, such as a sister's refusal, concerns the operator.
      if (original.cause) logger.warn({ requestId, field, error: describeError(original) }, 'field unavailable');
      continue;
    }
    // Errors with a code and without a path are faults of the document, which concern its sender alone.
    if (!error.path && error.extensions.code) continue;
    logger.error({ requestId, field, error: describeError(original) }, 'resolver failed');
  }
}

/** Notes how the request ended, and puts its id into every error that leaves. */
function sealErrors(
  errors: readonly GraphQLFormattedError[],
  { request: { requestId }, account }: Pick<SubgraphContext, 'request' | 'account'>,
): GraphQLFormattedError[] {
  const code = errors[0]?.extensions?.code;
  account.outcome = isErrorCode(code) ? code : 'INTERNAL';
  return errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
}

/** What Apollo Server cannot take for a GraphQL request it answers by itself, past all plugins. */
function sealRefusal(answer: unknown, { atrium, account }: FastifyRequest, { statusCode }: FastifyReply): unknown {
  if (statusCode < 400 || typeof answer !== 'string' || account?.outcome !== 'ok') return answer;
  const { errors = [], ...rest } = JSON.parse(answer) as { errors?: GraphQLFormattedError[] };
  return JSON.stringify({ errors: sealErrors(errors, { request: atrium, account }), ...rest });
}

export type { GraphQLResolveInfo, GraphQLSchema };
