import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createHostCheck, createHttpServer, createTokenIssuer, PublicError } from '@atrium/service-kit';
import { serveMetrics } from '@atrium/service-kit/metrics';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createClientAddress } from './client-address.ts';
import type { GatewaySettings } from './config.ts';
import { allowOrigins, createOriginCheck } from './cors.ts';
import { createRateCharge, noRateCharge } from './endpoint/charge-rates.ts';
import { createEndpoint } from './endpoint/endpoint.ts';
import { createRequestReader } from './endpoint/read-request.ts';
import { forwardImages } from './forwarding/images.ts';
import { forwardInbox } from './forwarding/inbox.ts';
import { forwardWebhooks } from './forwarding/webhooks.ts';
import { identifyAnyone } from './identity/identify-anyone.ts';
import { createBodyBudget } from './limits/body-budget.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import type { Traces } from './observability/traces.ts';
import { landingPage, type PageOptions, registerPages, sendPage, wantsPage } from './pages/index.ts';
import { createPersistedOperations } from './persisted/persisted-operations.ts';
import { serveSupergraph } from './supergraph/serve-supergraph.ts';

/** How long a client has to read a refusal while it still sends. */
const lingerMs = 5_000;

/** How long the last traces may take to be delivered. */
const traceFlushMs = 2_000;

/** The gateway, ready to listen. A request is identified, limited, looked up and executed, in this order. */
export async function createGateway(settings: GatewaySettings, logger: Logger): Promise<FastifyInstance> {
  const development = settings.mode === 'development';
  const metrics = createMetrics();
  const traces = settings.otlpEndpoint ? await loadTraces(settings.otlpEndpoint, logger) : undefined;
  const { identity, rates, issuer } = await openKeys(settings, metrics, logger);
  const persisted = createPersistedOperations({
    manifest: {
      path: settings.persistedQueriesPath,
      checkEveryMs: settings.supergraphCheckMs,
      onTaken: metrics.know,
      logger,
    },
    onlyKnown: settings.persistedQueriesOnly === 'true',
    maxBytes: settings.persistedQueriesMaxBytes,
  });
  const supergraph = await serveSupergraph(settings, { issuer, logger, metrics, traces });
  const originAllowed = createOriginCheck({ origins: settings.corsOrigins, development });
  const budget = createBodyBudget(settings.bodiesMaxBytes);
  const endpoint = createEndpoint({
    identity,
    rates,
    persisted,
    operations: () => supergraph.current,
    readRequest: createRequestReader({
      budget,
      jsonMaxBytes: settings.jsonMaxBytes,
      imageJsonMaxBytes: settings.imageJsonMaxBytes,
      upload: {
        maxFileBytes: settings.uploadMaxBytes,
        maxFiles: settings.uploadMaxFiles,
        maxFieldBytes: settings.jsonMaxBytes,
      },
    }),
    budget,
    originAllowed,
    clientAddress: createClientAddress(settings.trustedProxies),
    answer: { compressFromBytes: settings.compressFromBytes, lingerMs },
    requestTimeoutMs: settings.requestTimeoutMs,
    uploadTimeoutMs: settings.uploadTimeoutMs,
    development,
    logger,
    metrics,
    traces,
  });

  const app = createHttpServer({
    logger,
    bodyLimitBytes: settings.jsonMaxBytes,
    requestBudgetMs: settings.requestTimeoutMs,
    ready: () => identity.check(),
    trustedProxies: settings.trustedProxies,
    intercept(request, response) {
      if (!isGraphRequest(request)) return false;
      endpoint.serve(request, response);
      return true;
    },
  });
  app.server.requestTimeout = settings.uploadTimeoutMs + lingerMs;
  app.server.headersTimeout = settings.headersTimeoutMs;
  app.addHook('preClose', async () => {
    endpoint.drain();
    // Balancers see /readyz fail and clients are asked to open new connections before there are none to be had.
    await delay(settings.drainDelayMs);
  });
  app.addHook('onClose', async () => {
    persisted.close();
    await Promise.all([supergraph.close(), identity.close(), traces?.close(traceFlushMs)]);
  });
  await allowOrigins(app, { originAllowed, development });
  const hostAllowed = createHostCheck(settings.publicUrl);
  if (settings.keys && issuer) {
    forwardImages(app, settings.keys.imageUrls, settings.uploadTimeoutMs);
    forwardWebhooks(app, settings.keys.messagingUrls, settings.webhookMaxBytes);
    if (development) forwardInbox(app, { messagingUrls: settings.keys.messagingUrls, issuer, hostAllowed });
  }
  const { publicUrl, developmentApiKey } = settings;
  const pages: PageOptions = { development, publicUrl, developmentApiKey, hostAllowed };
  registerPages(app, pages);
  answerOtherMethods(app, pages);
  serveMetrics(app, metrics.registry, { development, token: settings.metricsToken, hostAllowed });
  metrics.read({
    preparedOperations: () => supergraph.current.size,
    registeredOperationBytes: () => persisted.registeredBytes(),
    bodyBytesInFlight: () => budget.takenBytes,
    breakers: () => supergraph.breakers(),
    supergraphId: () => supergraph.id,
  });
  return app;
}

/** Knows clients by their keys and charges them; or knows and charges nobody, and signs for nobody. */
async function openKeys({ keys, ...settings }: GatewaySettings, metrics: Metrics, logger: Logger) {
  if (!keys) return { identity: identifyAnyone(), rates: noRateCharge, issuer: undefined };
  // Loaded only when needed: a gateway without keys has neither a database nor a client for one.
  const [{ openIdentity }, { createRequestRate, openSharedCounter }] = await Promise.all([
    import('./identity/identity.ts'),
    import('./limits/request-rate.ts'),
  ]);
  const identity = openIdentity(keys, logger);
  const shared = await openSharedCounter({ ...settings, databaseUrl: keys.databaseUrl });
  const rate = createRequestRate(settings, shared, logger);
  return {
    identity: { ...identity, close: () => Promise.all([identity.close(), rate.close()]).then(() => {}) },
    rates: createRateCharge(rate, metrics),
    issuer: createTokenIssuer(keys.signingKey),
  };
}

/** OpenTelemetry is loaded by those who want traces. */
async function loadTraces(endpoint: string, logger: Logger): Promise<Traces> {
  const { createTraces } = await import('./observability/traces.ts');
  return createTraces({ endpoint, logger });
}

/** What the endpoint answers; a GET without a query is a person's who wants to see what stands here. */
function isGraphRequest({ url = '', method }: IncomingMessage): boolean {
  if (method === 'POST') return url === '/graphql' || /^\/graphql\/?(\?|$)/.test(url);
  return method === 'GET' && /^\/graphql\/?\?/.test(url);
}

/** Shows a browser at /graphql what stands here; everyone else is told how to ask. */
function answerOtherMethods(app: FastifyInstance, pages: PageOptions): void {
  app.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: async (request, reply) => {
      if (wantsPage(request) && pages.hostAllowed(request.headers.host)) return sendPage(reply, landingPage(pages));
      if (request.method === 'GET' || request.method === 'HEAD') {
        throw new PublicError('BAD_REQUEST', 'Send the document as a text in query.');
      }
      reply.header('allow', 'GET, POST');
      throw new PublicError('METHOD_NOT_ALLOWED', 'Send operations as POST, or queries as GET.');
    },
  });
}
