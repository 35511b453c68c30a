import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequestLog, describeError, PublicError, readContext } from '@atrium/service-kit';
import type { Logger } from 'pino';
import { exposedHeaders, type OriginCheck } from '../cors.ts';
import type { PreparedOperation } from '../documents/prepare-operation.ts';
import type { PreparedOperations } from '../documents/prepared-operations.ts';
import { Refusal } from '../documents/refusal.ts';
import type { ApiClient } from '../identity/authenticator.ts';
import type { Identity } from '../identity/identity.ts';
import type { BodyBudget } from '../limits/body-budget.ts';
import { judgeIntrospection } from '../limits/introspection.ts';
import { LimitMet } from '../limits/limit-met.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Traces } from '../observability/traces.ts';
import type { PersistedOperations } from '../persisted/persisted-operations.ts';
import { type AnswerOptions, sendAnswer, sendError } from './answer.ts';
import type { RateCharge } from './charge-rates.ts';
import type { Exchange } from './exchange.ts';
import type { GraphRequest } from './graph-request.ts';
import { chooseMediaType, defaultMediaType } from './media-type.ts';
import { isMultipart, type RequestReader } from './read-request.ts';

/** What the endpoint is made of. */
export interface EndpointParts {
  identity: Pick<Identity, 'identify'>;
  rates: RateCharge;
  readRequest: RequestReader;
  persisted: PersistedOperations;
  /** The operations of the supergraph that is served at the moment. */
  operations: () => PreparedOperations;
  budget: BodyBudget;
  originAllowed: OriginCheck;
  clientAddress: (request: IncomingMessage) => string;
  answer: AnswerOptions;
  requestTimeoutMs: number;
  uploadTimeoutMs: number;
  /** Whether every client may introspect. */
  development: boolean;
  logger: Logger;
  metrics: Metrics;
  traces: Traces | undefined;
}

/** The graph's address: POST and GET /graphql. */
export interface Endpoint {
  /** Answers a request; every answer is in the form of GraphQL over HTTP. */
  serve(request: IncomingMessage, response: ServerResponse): void;
  /** From now on every answer asks its client to open another connection next time. */
  drain(): void;
}

const corsHeaders = ['vary', 'origin', 'access-control-expose-headers', exposedHeaders.join(', ')];

/** An endpoint. A request is identified, limited, looked up and executed, in this order. */
export function createEndpoint(parts: EndpointParts): Endpoint {
  const { logger, metrics, traces } = parts;
  const log = createRequestLog(logger);
  let draining = false;

  function begin(request: IncomingMessage, response: ServerResponse): Exchange {
    const startedAt = performance.now();
    const timeoutMs = isMultipart(request) ? parts.uploadTimeoutMs : parts.requestTimeoutMs;
    // What a client says of itself in our own headers counts for nothing.
    const { requestId, traceparent } = readContext(request.headers, timeoutMs);
    const deadline = startedAt + timeoutMs;
    const context = { requestId, traceparent, deadline, clientAddress: parts.clientAddress(request) };
    const span = traces?.request(context, request.headers.traceparent as string | undefined);
    const exchange: Exchange = {
      request,
      response,
      startedAt,
      context: span?.context ?? context,
      gone: new AbortController(),
      mediaType: defaultMediaType,
      client: undefined,
      rate: undefined,
      headers: draining ? ['connection', 'close'] : [],
      operationName: undefined,
      outcome: 'ok',
      span,
      reservedBytes: 0,
    };
    const { origin } = request.headers;
    if (origin !== undefined && parts.originAllowed(origin)) {
      exchange.headers.push('access-control-allow-origin', origin, ...corsHeaders);
    }
    metrics.requestBegan();
    response.once('close', () => end(exchange));
    return exchange;
  }

  async function answer(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    exchange.mediaType = chooseMediaType(request.headers.accept);
    const client = await identify(exchange);
    exchange.client = client;
    const charging = parts.rates.charge(exchange, client, 1);
    if (charging) await charging;
    const reading = parts.readRequest(exchange, client);
    const graphRequest = reading instanceof Promise ? await reading : reading;
    const operation = lookUp(exchange, graphRequest, client);
    const variables = operation.coerce(graphRequest.variables);
    const further = operation.charge(variables) - 1;
    if (further > 0) await parts.rates.charge(exchange, client, further);
    const compiled = operation.compiledFor(client.scopes);
    const context = { client, request: exchange.context, signal: exchange.gone.signal };
    const { body, errorCodes } = await compiled.execute(variables, context);
    exchange.outcome = errorCodes[0] ?? 'ok';
    // A file that was found too large on its way is told by the status too, though the operation had begun.
    const tooLarge = errorCodes.includes('PAYLOAD_TOO_LARGE') && isMultipart(request);
    if (tooLarge) metrics.limit('body');
    const sending = sendAnswer(exchange, tooLarge ? 413 : 200, body, parts.answer);
    if (sending) await sending;
  }

  async function identify(exchange: Exchange): Promise<ApiClient> {
    try {
      return await parts.identity.identify(exchange.request.headers);
    } catch (error) {
      throw parts.rates.chargeFailedKey(exchange, error);
    }
  }

  function lookUp(exchange: Exchange, { query, extensions, operationName }: GraphRequest, client: ApiClient) {
    const { text, register } = parts.persisted.resolve(query, extensions, client.clientId);
    const operation = parts.operations().get(text, operationName);
    exchange.operationName = operation.name;
    exchange.span?.describe(operation.isQuery ? 'query' : 'mutation', operation.name);
    judge(exchange, operation, client);
    register?.();
    return operation;
  }

  /** What depends on who asks, and how. */
  function judge({ request }: Exchange, operation: PreparedOperation, client: ApiClient): void {
    if (request.method === 'GET' && !operation.isQuery) {
      throw new PublicError('METHOD_NOT_ALLOWED', 'Send mutations as POST.');
    }
    const refusal = judgeIntrospection(operation.introspects, {
      development: parts.development,
      scopes: client.scopes,
    });
    if (refusal) throw refusal;
  }

  function refuse(exchange: Exchange, error: unknown): Promise<void> | undefined {
    if (error instanceof LimitMet) metrics.limit(error.limit);
    if (!(error instanceof PublicError || error instanceof Refusal)) {
      const { requestId } = exchange.context;
      logger.error({ requestId, error: describeError(error) }, 'request failed');
    }
    return sendError(exchange, error, parts.answer);
  }

  function end(exchange: Exchange): void {
    const { context, request, response, client, operationName, outcome, span } = exchange;
    if (!response.writableFinished) exchange.gone.abort();
    parts.budget.give(exchange.reservedBytes);
    const durationMs = performance.now() - exchange.startedAt;
    metrics.request(operationName, outcome, durationMs);
    span?.end(outcome);
    log({
      requestId: context.requestId,
      traceparent: context.traceparent,
      method: request.method ?? '',
      route: '/graphql',
      // As nginx notes a client that went away.
      status: response.headersSent ? response.statusCode : 499,
      durationMs: Math.round(durationMs),
      keyId: client?.keyId,
      clientId: client?.clientId,
      operation: operationName?.slice(0, 100),
      outcome,
    });
  }

  return {
    serve(request, response) {
      const exchange = begin(request, response);
      answer(exchange)
        .catch((error) => refuse(exchange, error))
        .catch((error) => {
          logger.error({ error: describeError(error) }, 'answer not sent');
          response.destroy();
        });
    },
    drain() {
      draining = true;
    },
  };
}
