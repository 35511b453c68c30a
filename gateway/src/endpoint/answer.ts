import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { httpStatus, toPublicBody } from '@atrium/service-kit';
import { Refusal } from '../documents/refusal.ts';
import { endUnread, isUnread } from '../limits/linger.ts';
import { toRateLimit, toRateLimitPolicy } from '../limits/request-rate-headers.ts';
import { parseAccept } from './accept.ts';
import type { Exchange } from './exchange.ts';
import { NotAcceptable } from './media-type.ts';

/** How answers are sent. */
export interface AnswerOptions {
  /** Answers of so many bytes are compressed for those who accept it. */
  compressFromBytes: number;
  /** How long a client has to read a refusal while it still sends. */
  lingerMs: number;
}

const compress = promisify(gzip);

/** Sends an answer's bytes with the headers that every answer has; at once, unless they are to be compressed first. */
export function sendAnswer(
  exchange: Exchange,
  status: number,
  body: string | Buffer,
  options: AnswerOptions,
): Promise<void> | undefined {
  if (body.length < options.compressFromBytes) return send(exchange, status, body, options);
  exchange.headers.push('vary', 'accept-encoding');
  if (!acceptsGzip(exchange.request.headers['accept-encoding'])) return send(exchange, status, body, options);
  // The quickest level: the next costs twice the time for a few per cent.
  return compress(body, { level: constants.Z_BEST_SPEED }).then((compressed) => {
    exchange.headers.push('content-encoding', 'gzip');
    send(exchange, status, compressed, options);
  });
}

function send(exchange: Exchange, status: number, body: string | Buffer, { lingerMs }: AnswerOptions): undefined {
  const { request, response, headers, mediaType, context, rate } = exchange;
  if (response.destroyed) return;
  if (rate) headers.push('ratelimit-policy', toRateLimitPolicy(rate), 'ratelimit', toRateLimit(rate));
  headers.push(
    'content-type',
    mediaType,
    'content-length',
    String(Buffer.byteLength(body)),
    'x-request-id',
    context.requestId,
    'cache-control',
    'no-store',
    'x-content-type-options',
    'nosniff',
  );
  if (isUnread(request)) {
    headers.push('connection', 'close');
    response.writeHead(status, headers);
    endUnread(request, response, body, lingerMs);
  } else {
    response.writeHead(status, headers);
    response.end(body);
  }
}

/** Sends what an operation was refused with; whatever is not marked as public becomes INTERNAL. */
export function sendError(exchange: Exchange, error: unknown, options: AnswerOptions): Promise<void> | undefined {
  const { requestId } = exchange.context;
  if (error instanceof Refusal) {
    const errors = error.errors.map(({ extensions, ...rest }) => ({
      ...rest,
      extensions: { ...extensions, requestId },
    }));
    exchange.outcome = error.code;
    return sendAnswer(exchange, error.status, JSON.stringify({ errors }), options);
  }
  const body = toPublicBody(error, requestId);
  const { code, retryAfterMs } = body.extensions;
  exchange.outcome = code;
  if (retryAfterMs !== undefined) exchange.headers.push('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  if (code === 'METHOD_NOT_ALLOWED') exchange.headers.push('allow', 'GET, POST');
  return sendAnswer(exchange, statusOf(error, code), JSON.stringify({ errors: [body] }), options);
}

function statusOf(error: unknown, code: keyof typeof httpStatus): number {
  return error instanceof NotAcceptable ? 406 : httpStatus[code];
}

function acceptsGzip(header: string | string[] | undefined): boolean {
  if (typeof header !== 'string') return false;
  const weights = parseAccept(header);
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
