import type { FastifyInstance } from 'fastify';
import { createForwarder } from './forward.ts';

const requestHeaders = ['accept', 'if-none-match', 'if-modified-since', 'range', 'if-range', 'origin'];

/** Serves Image's pictures under the gateway's own address. Their addresses are signed, so no key is asked for. */
export function forwardImages(app: FastifyInstance, imageUrls: readonly string[]): void {
  const image = createForwarder(app, 'image', imageUrls, { requestHeaders, timeoutMs: 10_000, idleTimeoutMs: 30_000 });
  app.route({
    method: ['GET', 'HEAD'],
    url: '/images/*',
    handler: (request, reply) => image.forward(request, reply),
  });
}
