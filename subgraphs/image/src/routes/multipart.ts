import type { FastifyInstance } from 'fastify';
import { processRequest } from 'graphql-upload-ts';

/** What a multipart request may bring. */
export interface MultipartLimits {
  readonly maxFileBytes: number;
  readonly maxFiles: number;
}

/** The most bytes of the `operations` and `map` fields: a document with its variables, as in a JSON request. */
const maxFieldBytes = 1_000_000;

/**
 * Lets /graphql take requests as the GraphQL multipart request specification has them. Files go to temporary files,
 * which the parser removes when the reply is sent. Runs behind the token check, which comes before any body is read.
 */
export function acceptMultipart(app: FastifyInstance, limits: MultipartLimits): void {
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
  app.addHook('preValidation', async (request, reply) => {
    if (request.routeOptions.url !== '/graphql') return;
    if (!/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) return;
    // The reply is sent as soon as a file is over the limit; whoever goes on sending after that is cut off.
    const patienceBytes = 2 * (limits.maxFiles * limits.maxFileBytes + 2 * maxFieldBytes);
    let sentBytes = 0;
    request.raw.on('data', (chunk: Buffer) => {
      sentBytes += chunk.length;
      if (sentBytes > patienceBytes) request.raw.destroy();
    });
    request.body = await processRequest(request.raw, reply.raw, {
      maxFieldSize: maxFieldBytes,
      maxFileSize: limits.maxFileBytes,
      maxFiles: limits.maxFiles,
    });
  });
}
