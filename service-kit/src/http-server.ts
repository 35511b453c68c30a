import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { describeError, type ErrorCode, httpStatus, PublicError, toPublicBody } from './errors.ts';
import { type RequestContext, readContext } from './request-context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What belongs to this request and travels on with it. */
    atrium: RequestContext;
    /** The code of the error that ended this request before its handler answered, where one did. */
    refusedWith: ErrorCode | undefined;
  }
}

/** What every service's HTTP server needs to know. */
export interface HttpServerOptions {
  logger: Logger;
  /** The largest request body taken in, in bytes; a route may set its own. */
  bodyLimitBytes: number;
  /** How long a request may take when its caller does not say. */
  requestBudgetMs: number;
  /** Whether the service can do its work; rejects when it cannot. Asked by /readyz. */
  ready: () => Promise<unknown>;
  /** The proxies whose X-Forwarded-For tells the client's address, as addresses or CIDR ranges; none where left out. */
  trustedProxies?: readonly string[];
  /** What else the log line of a request says; no personal data and nothing that the caller wrote freely. */
  describeRequest?: (request: FastifyRequest, reply: FastifyReply) => object;
  /** Answers a request itself, before the routes are asked, and says so; for a path where every microsecond counts. */
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** An HTTP server with /livez, /readyz, a context for each request, one log line a request, and closed-list errors. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    bodyLimit: options.bodyLimitBytes,
    forceCloseConnections: 'idle',
    // Fastify's own lines hold addresses and query strings; ours are written below.
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true },
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    // A server that stops finishes what it is asked until its last connection is closed.
    return503OnClosing: false,
    ...(options.intercept ? { serverFactory: interceptedBy(options.intercept) } : {}),
  });
  let draining = false;

  app.decorateRequest('atrium');
  app.decorateRequest('refusedWith');
  app.addHook('onRequest', async (request, reply) => {
    request.atrium = readContext(request.headers, options.requestBudgetMs);
    reply.header('x-request-id', request.atrium.requestId);
  });
  // A connection that was busy when the server closed is kept alive by its client for a minute and more; without these
  // two, one request in flight at SIGTERM would hold the process until its drain time is over.
  app.addHook('onSend', async (_request, reply) => {
    if (draining) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async () => {
    // Before that, clients are still to move on by themselves: one may be about to send on a connection that is idle.
    if (draining && !app.server.listening) setImmediate(() => app.server.closeIdleConnections());
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    if (route === '/livez' || route === '/readyz') return;
    const { requestId, traceparent } = request.atrium;
    const durationMs = Math.round(reply.elapsedTime);
    const { method } = request;
    const more = options.describeRequest?.(request, reply);
    request.log.info({ requestId, traceparent, method, route, status: reply.statusCode, durationMs, ...more });
  });
  app.addHook('preClose', async () => {
    draining = true;
  });

  app.setErrorHandler((error, request, reply) => {
    const known = toKnownError(error);
    const { requestId } = request.atrium;
    if (!(known instanceof PublicError)) {
      request.log.error({ requestId, error: describeError(error) }, 'request failed');
    } else if (known.cause) {
      request.log.warn({ requestId, error: describeError(known) }, 'request refused');
    }
    const body = toPublicBody(known, requestId);
    const { code, retryAfterMs } = body.extensions;
    request.refusedWith = code;
    if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
    return reply.status(httpStatus[code]).send({ errors: [body] });
  });
  app.setNotFoundHandler((request, reply) => {
    const body = toPublicBody(
      new PublicError('BAD_REQUEST', 'There is nothing at this address.'),
      request.atrium.requestId,
    );
    return reply.status(404).send({ errors: [body] });
  });

  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    try {
      if (draining) throw new Error('draining');
      await options.ready();
      return { status: 'ok' };
    } catch {
      return reply.status(503).send({ status: 'unready' });
    }
  });
  return app;
}

/** How late a slow client may be noticed, which Node looks for every 30 s unless told otherwise. */
const slowClientCheckMs = 1_000;

/** A server whose requests meet `intercept` first; the time-outs are those that Fastify gives its own. */
function interceptedBy(intercept: NonNullable<HttpServerOptions['intercept']>) {
  return (handler: (request: IncomingMessage, response: ServerResponse) => void, { keepAliveTimeout = 72_000 }) => {
    const server = createServer({ connectionsCheckingInterval: slowClientCheckMs }, (request, response) => {
      if (!intercept(request, response)) handler(request, response);
    });
    server.keepAliveTimeout = keepAliveTimeout;
    return server;
  };
}

/** Fastify's own errors about a request, in words of the closed list; anything else as it is. */
function toKnownError(error: unknown): unknown {
  if (error instanceof PublicError) return error;
  const status = (error as { statusCode?: number }).statusCode;
  if (status === 413) return new PublicError('PAYLOAD_TOO_LARGE', 'The request body is too large. Send less at once.');
  if (status === 415) {
    return new PublicError('UNSUPPORTED_MEDIA_TYPE', 'Send the request as application/json or multipart/form-data.');
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new PublicError('BAD_REQUEST', 'The request cannot be read. Send a JSON object with a query.');
  }
  return error;
}
