import type { IncomingMessage } from 'node:http';
import { closeAfterWrites } from '@atrium/service-kit/close-after-writes';
import type { FastifyInstance } from 'fastify';
import { processRequest, WriteStream } from 'graphql-upload-ts';

closeAfterWrites(WriteStream);

/** What a multipart request may bring. */
export interface MultipartLimits {
  readonly maxFileBytes: number;
  readonly maxFiles: number;
}

/** The most bytes of the `operations` and `map` fields: a document with its variables, as in a JSON request. */
const maxFieldBytes = 1_000_000;
/** How long a sender who was answered before the end of their request has to read the answer. */
const graceMs = 1_000;

/**
 * Lets /graphql take requests as the GraphQL multipart request specification has them. Files go to temporary files,
 * which the parser removes when the reply is sent. Runs behind the token check, which comes before any body is read.
 */
export function acceptMultipart(app: FastifyInstance, limits: MultipartLimits): void {
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
  app.addHook('preValidation', async (request, reply) => {
    if (request.routeOptions.url !== '/graphql') return;
    if (!/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) return;
    cutOffEndless(request.raw, limits);
    request.body = await processRequest(request.raw, reply.raw, {
      maxFieldSize: maxFieldBytes,
      // The parser takes its limit itself for too large; who reads the file judges it to the byte.
      maxFileSize: limits.maxFileBytes + 1,
      maxFiles: limits.maxFiles,
    });
  });
  app.addHook('onResponse', async ({ raw }) => {
    // The reply is sent as soon as a file is over the limit. Hanging up at once could take it from a sender who is
    // still busy; waiting for the rest would keep the connection, and a process that wants to stop.
    if (!raw.complete) setTimeout(() => raw.destroy(), graceMs).unref();
  });
}

/** Hangs up on who sends far more than could be of use, such as parts that nobody asked for. */
function cutOffEndless(request: IncomingMessage, limits: MultipartLimits): void {
  const patienceBytes = 2 * (limits.maxFiles * limits.maxFileBytes + 2 * maxFieldBytes);
  let sentBytes = 0;
  request.on('data', (chunk: Buffer) => {
    sentBytes += chunk.length;
    if (sentBytes > patienceBytes) request.destroy();
  });
}
