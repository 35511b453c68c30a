import { Buffer } from 'node:buffer';
import { PublicError } from '@atrium/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Which JSON bodies are taken in. */
export interface BodyLimits {
  jsonMaxBytes: number;
  /** For clients that may send pictures as base64. */
  imageJsonMaxBytes: number;
}

/** Takes JSON bodies up to what the client, known by now, may send; refuses every other kind but multipart. */
export function limitBodies(app: FastifyInstance, limits: BodyLimits): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', (request, payload, done) => {
    const sendsPictures = request.client?.scopes.has('image:write') ?? false;
    const maxBytes = sendsPictures ? limits.imageJsonMaxBytes : limits.jsonMaxBytes;
    readText(request, payload, maxBytes).then((text) => parse(request, text, done), done);
  });
  // Its parts are read by the upload path, when it is clear who sends them.
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
}

async function readText(request: FastifyRequest, payload: FastifyRequest['raw'], maxBytes: number): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // The stream stays open when reading stops, so that the refusal can still be sent over its connection.
  for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
    sizeBytes += (chunk as Buffer).length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(maxBytes: number): PublicError {
  return new PublicError('PAYLOAD_TOO_LARGE', `The request body is too large. Send at most ${maxBytes} bytes.`);
}
