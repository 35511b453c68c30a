import type { FastifyInstance } from 'fastify';
import type { ProviderEventStore, WebhookReader } from '../domain/provider-event.ts';
import type { TakeProviderEvents } from '../domain/take-provider-events.ts';

/** What the webhook routes need. */
export interface WebhookRoutesOptions {
  readonly readers: readonly WebhookReader[];
  readonly events: Pick<ProviderEventStore, 'now'>;
  readonly take: TakeProviderEvents;
}

/**
 * POST /webhooks/<provider>, for whoever can sign as the provider. Answered once everything told is durable; until then the
 * provider may tell it again.
 */
export function addWebhookRoutes(app: FastifyInstance, { readers, events, take }: WebhookRoutesOptions): void {
  app.register(async (webhooks) => {
    // A signature is over bytes, and what was parsed and written again would be others.
    webhooks.removeAllContentTypeParsers();
    webhooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const reader of readers) {
      webhooks.post(`/webhooks/${reader.provider}`, async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const told = { url: request.raw.url ?? '', headers: request.headers, body };
        reader.verify(told);
        const news = reader.read(told, await events.now());
        await take(reader.provider, news);
        return reply.status(204).send();
      });
    }
  });
}
