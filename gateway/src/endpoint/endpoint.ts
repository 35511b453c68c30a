import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeError, PublicError, readContext } from '@atrium/service-kit';
import type { Logger } from 'pino';
import type { OriginCheck } from '../cors.ts';
import { exposedHeaders } from '../cors.ts';
import type { PreparedOperation } from '../documents/prepare-operation.ts';
import type { PreparedOperations } from '../documents/prepared-operations.ts';
import { Refusal } from '../documents/refusal.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { BodyBudget } from '../limits/body-budget.ts';
import { type AnswerOptions, sendAnswer, sendError } from './answer.ts';
import type { Exchange } from './exchange.ts';
import type { GraphRequest } from './graph-request.ts';
import { chooseMediaType, defaultMediaType } from './media-type.ts';
import { isMultipart, type RequestReader } from './read-request.ts';

/** What the endpoint is made of. */
export interface EndpointParts {
  authenticator: Authenticator;
  /** The operations of the supergraph that is served at the moment. */
  operations: () => PreparedOperations;
  readRequest: RequestReader;
  budget: BodyBudget;
  originAllowed: OriginCheck;
  clientAddress: (request: IncomingMessage) => string;
  logger: Logger;
  answer: AnswerOptions;
  requestTimeoutMs: number;
  uploadTimeoutMs: number;
  /** Whether every client may introspect. */
  development: boolean;
}

/** The graph's address: POST and GET /graphql. */
export interface Endpoint {
  /** Answers a request; every answer is in the form of GraphQL over HTTP. */
  serve(request: IncomingMessage, response: ServerResponse): void;
  /** From now on every answer asks its client to open another connection next time. */
  drain(): void;
  /** Requests that were not answered yet. */
  readonly inFlight: number;
}

const corsHeaders = ['vary', 'origin', 'access-control-expose-headers', exposedHeaders.join(', ')];

/** An endpoint. A request is identified, limited, looked up and executed, in this order. */
export function createEndpoint(parts: EndpointParts): Endpoint {
  let draining = false;
  let inFlight = 0;

  function begin(request: IncomingMessage, response: ServerResponse): Exchange {
    const exchange: Exchange = {
      request,
      response,
      startedAt: performance.now(),
      context: readContext(request.headers, parts.requestTimeoutMs),
      gone: new AbortController(),
      mediaType: defaultMediaType,
      client: undefined,
      headers: draining ? ['connection', 'close'] : [],
      operationName: undefined,
      outcome: 'ok',
      reservedBytes: 0,
    };
    const { origin } = request.headers;
    if (origin !== undefined && parts.originAllowed(origin)) {
      exchange.headers.push('access-control-allow-origin', origin, ...corsHeaders);
    }
    inFlight += 1;
    response.once('close', () => end(exchange));
    return exchange;
  }

  function end(exchange: Exchange): void {
    inFlight -= 1;
    if (!exchange.response.writableFinished) exchange.gone.abort();
    parts.budget.give(exchange.reservedBytes);
    logRequest(parts.logger, exchange);
  }

  async function answer(exchange: Exchange): Promise<void> {
    const { request, context } = exchange;
    // What a client says of itself in our own headers counts for nothing.
    const timeoutMs = isMultipart(request) ? parts.uploadTimeoutMs : parts.requestTimeoutMs;
    const deadline = exchange.startedAt + timeoutMs;
    exchange.context = { ...context, deadline, clientAddress: parts.clientAddress(request) };
    exchange.mediaType = chooseMediaType(request.headers.accept);
    const identified = parts.authenticator.identify(request.headers);
    const client = identified instanceof Promise ? await identified : identified;
    exchange.client = client;
    const reading = parts.readRequest(exchange, client);
    const graphRequest = reading instanceof Promise ? await reading : reading;
    const operation = lookUp(exchange, graphRequest);
    if (operation.introspects && !parts.development && !client.scopes.has('introspection')) {
      throw new PublicError('FORBIDDEN', 'Introspection needs the scope introspection.');
    }
    if (request.method === 'GET' && !operation.isQuery) {
      throw new PublicError('METHOD_NOT_ALLOWED', 'Send mutations as POST.');
    }
    const compiled = operation.compiledFor(client);
    const variables = operation.coerce(graphRequest.variables);
    const { body, errorCodes } = await compiled.execute(variables, {
      client,
      request: exchange.context,
      signal: exchange.gone.signal,
    });
    exchange.outcome = errorCodes[0] ?? 'ok';
    // A file that was found too large on its way is told by the status too, though the operation had begun.
    const tooLarge = isMultipart(request) && errorCodes.includes('PAYLOAD_TOO_LARGE');
    await sendAnswer(exchange, tooLarge ? 413 : 200, body, parts.answer);
  }

  function lookUp(exchange: Exchange, { query = '', operationName }: GraphRequest): PreparedOperation {
    const operation = parts.operations().get(query, operationName);
    exchange.operationName = operation.name;
    return operation;
  }

  function refuse(exchange: Exchange, error: unknown): Promise<void> {
    if (!(error instanceof PublicError || error instanceof Refusal)) {
      const { requestId } = exchange.context;
      parts.logger.error({ requestId, error: describeError(error) }, 'request failed');
    }
    return sendError(exchange, error, parts.answer);
  }

  return {
    serve(request, response) {
      const exchange = begin(request, response);
      answer(exchange)
        .catch((error) => refuse(exchange, error))
        .catch((error) => {
          parts.logger.error({ error: describeError(error) }, 'answer not sent');
          response.destroy();
        });
    },
    drain() {
      draining = true;
    },
    get inFlight() {
      return inFlight;
    },
  };
}

/** One line a request. Names come from the document, so they are cut; nothing else of it is told. */
function logRequest(logger: Logger, exchange: Exchange): void {
  const { context, request, response, client, operationName, outcome, startedAt } = exchange;
  logger.info({
    requestId: context.requestId,
    traceparent: context.traceparent,
    method: request.method,
    route: '/graphql',
    status: response.headersSent ? response.statusCode : 499,
    outcome,
    durationMs: Math.round(performance.now() - startedAt),
    keyId: client?.keyId,
    clientId: client?.clientId,
    operation: operationName?.slice(0, 100),
  });
}
