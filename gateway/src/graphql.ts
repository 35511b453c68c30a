import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { PublicError, quietPlugins, requestIdPlugin } from '@atrium/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { GatewaySettings } from './config.ts';
import type { GatewayContext } from './execution/context.ts';
import { formatGatewayError } from './execution/format-error.ts';
import type { Supergraph } from './execution/supergraph.ts';
import { limitDocument } from './limits/document.ts';
import { operationPlugin } from './limits/operation.ts';
import { checkRequestShape } from './limits/request-shape.ts';
import { receiveUpload } from './uploads/receive-upload.ts';

/** Serves the graph at POST /graphql to clients that are known by now. */
export async function serveGraph(
  app: FastifyInstance,
  { supergraph, settings, logger }: { supergraph: Supergraph; settings: GatewaySettings; logger: Logger },
): Promise<void> {
  const apollo = createApollo(supergraph, settings, logger);
  await apollo.start();
  app.addHook('onClose', async () => {
    await apollo.stop();
    await supergraph.close();
  });
  app.route({
    method: 'POST',
    url: '/graphql',
    preHandler: async (request, reply) => {
      if (isMultipart(request)) request.body = await readUpload(request, reply, settings);
      checkRequestShape(request);
    },
    handler: fastifyApolloHandler(apollo, { context: async (request, reply) => contextOf(request, reply) }),
  });
}

function createApollo(supergraph: Supergraph, settings: GatewaySettings, logger: Logger): ApolloServer<GatewayContext> {
  const { documentMaxDepth, documentMaxAliases, documentMaxSelections, documentMaxTokens } = settings;
  return new ApolloServer<GatewayContext>({
    gateway: supergraph,
    // Who may introspect is judged for each client.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // A browser sends none of these headers across origins without asking first, and every client sends one of them.
    csrfPrevention: {
      requestHeaders: ['x-api-key', 'authorization', 'apollo-require-preflight', 'x-apollo-operation-name'],
    },
    parseOptions: { maxTokens: documentMaxTokens },
    maxRecursiveSelections: documentMaxSelections,
    validationRules: [limitDocument({ maxDepth: documentMaxDepth, maxAliases: documentMaxAliases })],
    validationOptions: { maxErrors: 20 },
    formatError: formatGatewayError,
    plugins: [
      ...quietPlugins(),
      operationPlugin({ development: settings.mode === 'development' }),
      requestIdPlugin<GatewayContext>(logger),
      uploadStatusPlugin,
    ],
    logger,
  });
}

/** A file that was found too large on its way is told by the HTTP status too, though the operation had begun. */
const uploadStatusPlugin: ApolloServerPlugin<GatewayContext> = {
  async requestDidStart({ contextValue }) {
    if (!contextValue.hasUploads) return;
    return {
      async willSendResponse({ response }) {
        const errors = response.body.kind === 'single' ? response.body.singleResult.errors : undefined;
        if (errors?.some(({ extensions }) => extensions?.code === 'PAYLOAD_TOO_LARGE')) response.http.status = 413;
      },
    };
  },
};

async function readUpload(request: FastifyRequest, reply: FastifyReply, settings: GatewaySettings): Promise<unknown> {
  if (!request.client.scopes.has('image:write')) {
    throw new PublicError('FORBIDDEN', 'Uploads need the scope image:write.');
  }
  const { uploadTimeoutMs, uploadMaxBytes, uploadMaxFiles, jsonMaxBytes } = settings;
  request.atrium = { ...request.atrium, deadline: performance.now() + uploadTimeoutMs };
  return receiveUpload(request.raw, reply.raw, {
    maxFileBytes: uploadMaxBytes,
    maxFiles: uploadMaxFiles,
    maxFieldBytes: jsonMaxBytes,
  });
}

function isMultipart(request: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

function contextOf(request: FastifyRequest, reply: FastifyReply): GatewayContext {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  const log: GatewayContext['log'] = {};
  request.graphqlLog = log;
  const { client, atrium } = request;
  return { client, request: atrium, hasUploads: isMultipart(request), signal: gone.signal, log };
}
