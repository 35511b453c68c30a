import { createHttpServer, createTokenIssuer, PublicError } from '@atrium/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { GatewaySettings } from './config.ts';
import { allowOrigins } from './cors.ts';
import type { GatewayContext } from './execution/context.ts';
import { loadSupergraph } from './execution/supergraph.ts';
import { forwardImages } from './forwarding/images.ts';
import { forwardInbox } from './forwarding/inbox.ts';
import { serveGraph } from './graphql.ts';
import { createHostCheck } from './host-check.ts';
import type { ApiClient } from './identity/authenticator.ts';
import { openIdentity } from './identity/identity.ts';
import { limitBodies } from './limits/body.ts';
import { lingerOverUnreadBodies } from './limits/linger.ts';
import { createRequestRate } from './limits/request-rate.ts';
import { tooManyFailedKeys, tooManyRequests, toRateLimit, toRateLimitPolicy } from './limits/request-rate-headers.ts';
import { landingPage, type PageOptions, registerPages, sendPage, wantsPage } from './pages/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent this request to the graph. */
    client: ApiClient;
    /** What a request to the graph adds to its log line. */
    graphqlLog: GatewayContext['log'] | undefined;
  }
}

/** How long a client has to read a refusal while it still sends. */
const lingerMs = 5_000;

/** The gateway, ready to listen. A request is identified, limited, planned and executed, in this order. */
export async function createGateway(settings: GatewaySettings, logger: Logger): Promise<FastifyInstance> {
  const development = settings.mode === 'development';
  const rate = createRequestRate(settings, logger);
  const identity = openIdentity(settings, logger);
  const issuer = createTokenIssuer(settings.signingKey);
  const hostAllowed = createHostCheck(settings.publicUrl);

  const app = createHttpServer({
    logger,
    bodyLimitBytes: settings.jsonMaxBytes,
    requestBudgetMs: settings.requestTimeoutMs,
    ready: () => identity.check(),
    trustedProxies: settings.trustedProxies,
    describeRequest,
  });
  app.server.requestTimeout = settings.uploadTimeoutMs + lingerMs;
  app.decorateRequest('client');
  app.decorateRequest('graphqlLog');
  app.addHook('onClose', async () => {
    await Promise.all([identity.close(), rate.close()]);
  });
  app.addHook('onRequest', async (request) => {
    // What a client says of itself in our own headers counts for nothing.
    const deadline = performance.now() + settings.requestTimeoutMs;
    request.atrium = { ...request.atrium, deadline, clientAddress: request.ip.replace(/^::ffff:/, '') };
  });
  await allowOrigins(app, { origins: settings.corsOrigins, development });
  app.addHook('onRequest', async (request, reply) => {
    if (!isGraph(request)) return;
    request.client = await identify(request);
    const state = await rate.take(request.client, 1);
    reply.header('ratelimit-policy', toRateLimitPolicy(state)).header('ratelimit', toRateLimit(state));
    if (state.exceeded) throw tooManyRequests(state);
  });
  async function identify(request: FastifyRequest): Promise<ApiClient> {
    try {
      return await identity.identify(request.headers);
    } catch (error) {
      if (!(error instanceof PublicError && error.code === 'UNAUTHENTICATED')) throw error;
      const state = rate.takeFailedKey(request.atrium.clientAddress);
      throw state.exceeded ? tooManyFailedKeys(state) : error;
    }
  }
  limitBodies(app, settings);
  lingerOverUnreadBodies(app, lingerMs);

  const supergraph = await loadSupergraph({
    path: settings.supergraphPath,
    subgraphUrls: { profile: settings.profileUrl, image: settings.imageUrl, messaging: settings.messagingUrl },
    transport: {
      issuer,
      connections: settings.subgraphConnections,
      timeoutMs: settings.subgraphTimeoutMs,
      uploadTimeoutMs: settings.uploadTimeoutMs,
    },
    logger,
  });
  await serveGraph(app, { supergraph, settings, logger });
  forwardImages(app, settings.imageUrl);
  if (development) forwardInbox(app, { messagingUrl: settings.messagingUrl, issuer, hostAllowed });
  const { publicUrl, developmentApiKey } = settings;
  const pages: PageOptions = { development, publicUrl, developmentApiKey, hostAllowed };
  registerPages(app, pages);
  answerOtherMethods(app, pages);
  return app;
}

function isGraph(request: FastifyRequest): boolean {
  return request.routeOptions.url === '/graphql' && request.method === 'POST';
}

/** Shows a browser at /graphql what stands here; everyone else is told to POST. */
function answerOtherMethods(app: FastifyInstance, pages: PageOptions): void {
  app.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: async (request, reply) => {
      if (wantsPage(request) && pages.hostAllowed(request.headers.host)) return sendPage(reply, landingPage(pages));
      reply.header('allow', 'POST');
      throw new PublicError('METHOD_NOT_ALLOWED', 'Send operations as POST.');
    },
  });
}

function describeRequest(request: FastifyRequest): object {
  const { client, graphqlLog } = request;
  return client ? { keyId: client.keyId, clientId: client.clientId, ...graphqlLog } : {};
}
