import type { HostCheck } from '@atrium/service-kit';
import { PublicError, type TokenIssuer } from '@atrium/service-kit';
import type { FastifyInstance } from 'fastify';
import { createForwarder } from './forward.ts';

/** More than Messaging lets anybody wait for a message. */
const timeoutMs = 40_000;
const ruleMaxBytes = 10_000;

/**
 * Shows what Messaging's developer inbox holds, codes included, to whoever sits at this machine, and passes on what it is
 * to do to messages. For development only: Messaging is asked in the gateway's own name, and the caller shows no key.
 */
export function forwardInbox(
  app: FastifyInstance,
  options: { messagingUrls: readonly string[]; issuer: TokenIssuer; hostAllowed: HostCheck },
): void {
  const messaging = createForwarder(app, 'messaging', options.messagingUrls, {
    requestHeaders: ['accept', 'content-type', 'last-event-id'],
    timeoutMs,
    idleTimeoutMs: 0,
  });
  app.register(async (inbox) => {
    inbox.addHook('onRequest', async (request) => {
      if (options.hostAllowed(request.headers.host)) return;
      throw new PublicError('FORBIDDEN', 'Open this at localhost or at the address that PUBLIC_URL names.');
    });
    inbox.removeAllContentTypeParsers();
    inbox.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const routes = [
      { url: '/inbox/messages', method: 'GET' },
      { url: '/inbox/events', method: 'GET' },
      // Browsers ask before a page of another origin may send these two, and are told no.
      { url: '/inbox/rules', method: ['GET', 'PUT', 'DELETE'] },
    ];
    for (const route of routes) {
      inbox.route({
        ...route,
        exposeHeadRoute: false,
        bodyLimit: ruleMaxBytes,
        async handler(request, reply) {
          const token = await options.issuer.serviceToken('messaging');
          const body = Buffer.isBuffer(request.body) ? request.body : undefined;
          return messaging.forward(request, reply, { authorization: `Bearer ${token}` }, body);
        },
      });
    }
  });
}
