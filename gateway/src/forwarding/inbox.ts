import type { HostCheck } from '@atrium/service-kit';
import { PublicError, type TokenIssuer } from '@atrium/service-kit';
import type { FastifyInstance } from 'fastify';
import { createForwarder } from './forward.ts';

/**
 * Shows what Messaging's developer inbox holds, codes included, to whoever sits at this machine. For development
 * only: Messaging is asked in the gateway's own name, and the caller shows no key.
 */
export function forwardInbox(
  app: FastifyInstance,
  options: { messagingUrls: readonly string[]; issuer: TokenIssuer; hostAllowed: HostCheck },
): void {
  const messaging = createForwarder(app, 'messaging', options.messagingUrls, {
    requestHeaders: ['accept', 'last-event-id'],
    timeoutMs: 10_000,
    idleTimeoutMs: 0,
  });
  for (const url of ['/inbox/messages', '/inbox/events']) {
    app.get(url, { exposeHeadRoute: false }, async (request, reply) => {
      if (!options.hostAllowed(request.headers.host)) {
        throw new PublicError('FORBIDDEN', 'Open this at localhost or at the address that PUBLIC_URL names.');
      }
      const token = await options.issuer.serviceToken('messaging');
      return messaging.forward(request, reply, { authorization: `Bearer ${token}` });
    });
  }
}
