import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { createForwarder } from './forward.ts';

const requestHeaders = ['accept', 'if-none-match', 'if-modified-since', 'range', 'if-range', 'origin'];
const uploadHeaders = ['content-type', 'content-length', 'origin'];

/**
 * Serves Image's pictures under the gateway's own address, and passes on those that are sent to it. Their addresses are
 * signed, so no key is asked for.
 */
export function forwardImages(app: FastifyInstance, imageUrls: readonly string[], uploadTimeoutMs: number): void {
  const image = createForwarder(app, 'image', imageUrls, { requestHeaders, timeoutMs: 10_000, idleTimeoutMs: 30_000 });
  app.route({
    method: ['GET', 'HEAD'],
    url: '/images/*',
    handler: (request, reply) => image.forward(request, reply),
  });

  const options = { requestHeaders: uploadHeaders, timeoutMs: uploadTimeoutMs, idleTimeoutMs: 30_000 };
  const uploads = createForwarder(app, 'image', imageUrls, options);
  app.register(async (sent) => {
    sent.removeAllContentTypeParsers();
    sent.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    sent.put('/images/uploads/:id', (request, reply) => {
      // Bytes come as slowly as their sender sends them, as those of a request with files do.
      request.atrium = { ...request.atrium, deadline: performance.now() + uploadTimeoutMs };
      return uploads.forward(request, reply, {}, request.body as Readable | undefined);
    });
  });
}
