import { type Readable, Transform } from 'node:stream';
import { PublicError } from '@atrium/service-kit';
import type { FastifyInstance } from 'fastify';
import { createForwarder } from './forward.ts';

const requestHeaders = [
  'content-type',
  'content-length',
  'x-twilio-signature',
  'x-twilio-email-event-webhook-signature',
  'x-twilio-email-event-webhook-timestamp',
];

/**
 * Passes providers' news on to Messaging, byte for byte, for it is signed. Providers have no API key: Messaging checks their
 * signatures, and knows which of these addresses exist.
 */
export function forwardWebhooks(app: FastifyInstance, messagingUrls: readonly string[], maxBytes: number): void {
  const options = { requestHeaders, timeoutMs: 10_000, idleTimeoutMs: 10_000 };
  const messaging = createForwarder(app, 'messaging', messagingUrls, options);
  app.register(async (webhooks) => {
    webhooks.removeAllContentTypeParsers();
    webhooks.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    webhooks.post('/webhooks/:provider', async (request, reply) => {
      if (Number(request.headers['content-length']) > maxBytes) throw tooLarge();
      const body = request.body ? (request.body as Readable).pipe(atMost(maxBytes)) : undefined;
      return messaging.forward(request, reply, {}, body);
    });
  });
}

/** Lets bytes through until they are too many, which a sender who announces no length may send. */
function atMost(maxBytes: number): Transform {
  let sizeBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) done(tooLarge());
      else done(null, chunk);
    },
  });
}

function tooLarge(): PublicError {
  return new PublicError('PAYLOAD_TOO_LARGE', 'The request body is too large. Send less at once.');
}
