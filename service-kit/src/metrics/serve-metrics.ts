import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { PublicError } from '../errors.ts';
import type { HostCheck } from '../host-check.ts';

/** Who may read the metrics. */
export interface MetricsAccess {
  /** On the developer's own machine they are open to whoever reaches it by its own name. */
  development: boolean;
  /** The bearer token that a scraper shows; without one there is no /metrics in production. */
  token: string | undefined;
  hostAllowed: HostCheck;
}

/**
 * Serves GET /metrics. A loopback address opens nothing: behind a proxy on the same machine every client has one.
 */
export function serveMetrics(app: FastifyInstance, registry: Registry, access: MetricsAccess): void {
  const { development, token, hostAllowed } = access;
  if (!development && token === undefined) return;
  app.get('/metrics', async (request, reply) => {
    const { authorization, host } = request.headers;
    const open = development && hostAllowed(host);
    if (!open && !showsToken(authorization, token)) {
      reply.header('www-authenticate', 'Bearer');
      throw new PublicError('UNAUTHENTICATED', 'Send the metrics token as Authorization: Bearer.');
    }
    return reply
      .header('cache-control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics());
  });
}

function showsToken(authorization: string | undefined, token: string | undefined): boolean {
  const shown = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (shown === undefined || token === undefined) return false;
  return timingSafeEqual(hash('sha256', shown, 'buffer'), hash('sha256', token, 'buffer'));
}
