import type { Readable } from 'node:stream';
import { contextHeadersOf, describeError, PublicError, remainingMs, ServiceUnavailable } from '@atrium/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BalancedPool } from 'undici';

/** Passes requests on to one service and its answers back, unchanged and as streams. */
export interface Forwarder {
  /** Sends the request on with the named headers of its own and these besides, and with a body where it has one. */
  forward(
    request: FastifyRequest,
    reply: FastifyReply,
    headers?: Record<string, string>,
    body?: Readable | Buffer,
  ): Promise<FastifyReply>;
}

/** How a forwarder works. */
export interface ForwarderOptions {
  /** The client's headers that are passed on; all others stay behind. */
  requestHeaders: readonly string[];
  /** How long an answer may take to begin. */
  timeoutMs: number;
  /** How long an answer may pause. A stream of events pauses as long as nothing happens: 0 is for ever. */
  idleTimeoutMs: number;
}

/** Headers about one connection, which is not the client's (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const ownHeaders = ['vary', 'access-control-allow-origin', 'access-control-expose-headers'];

/**
 * A forwarder to the service `name`, whose instances have these addresses with the same path; what it holds open ends
 * with the server.
 */
export function createForwarder(
  app: FastifyInstance,
  name: string,
  addresses: readonly string[],
  options: ForwarderOptions,
): Forwarder {
  const { requestHeaders, timeoutMs, idleTimeoutMs } = options;
  const base = new URL(addresses[0] ?? '').pathname.replace(/\/$/, '');
  const origins = addresses.map((address) => new URL(address).origin);
  // Takes the instances in turn, and those less often whose connections fail.
  const pool = new BalancedPool(origins, {
    connections: 64,
    connectTimeout: 2_000,
    headersTimeout: timeoutMs,
    bodyTimeout: idleTimeoutMs,
  });
  // A page that listens to events never ends its request by itself. All else is finished.
  const stopping = idleTimeoutMs === 0 ? new AbortController() : undefined;
  if (stopping) app.addHook('preClose', async () => stopping.abort());
  app.addHook('onClose', () => pool.close());

  return {
    async forward(request, reply, headers = {}, body = undefined) {
      // Whom a service asks for is for sisters to say; of the public it counts for nothing.
      const context = { ...request.atrium, clientId: undefined };
      const abort = new AbortController();
      reply.raw.once('close', () => abort.abort());
      const kept = requestHeaders.flatMap((header) => {
        const value = request.headers[header];
        return value === undefined ? [] : [header, String(value)];
      });
      try {
        const response = await pool.request({
          method: request.method as 'GET',
          path: base + (request.raw.url ?? ''),
          body: body ?? null,
          headers: [
            ...kept,
            ...contextHeadersOf(context, Math.min(timeoutMs, remainingMs(context))),
            ...Object.entries(headers).flat(),
          ],
          signal: stopping ? AbortSignal.any([abort.signal, stopping.signal]) : abort.signal,
        });
        // What the gateway says about its own answers, CORS above all, is not true of the service's.
        for (const header of ownHeaders) reply.removeHeader(header);
        for (const [header, value] of Object.entries(response.headers)) {
          if (value !== undefined && !hopByHop.has(header)) reply.header(header, value);
        }
        // A stream that breaks has sent its headers: ending the connection is all that is left to say so.
        response.body.on('error', () => reply.raw.destroy());
        return reply.status(response.statusCode).send(response.body);
      } catch (error) {
        // What is wrong with the body is the sender's to mend.
        if (error instanceof PublicError) throw error;
        const { requestId } = request.atrium;
        if (!abort.signal.aborted)
          request.log.warn({ requestId, service: name, error: describeError(error) }, 'not forwarded');
        throw new ServiceUnavailable(name, error);
      }
    },
  };
}
