import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

const sandbox = 'https://studio.apollographql.com';
const local = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Lets web pages of these origins call the gateway: Apollo Sandbox, those configured and, in development, whatever is
 * served on this machine. Cookies play no part, so no credentials are allowed.
 */
export async function allowOrigins(
  app: FastifyInstance,
  options: { origins: readonly string[]; development: boolean },
): Promise<void> {
  const origins = new Set([sandbox, ...options.origins]);
  if (options.development) {
    // Chromium asks before a public page may reach a private address: https://wicg.github.io/private-network-access.
    app.addHook('onRequest', async (request, reply) => {
      if (request.headers['access-control-request-private-network'] === 'true') {
        reply.header('access-control-allow-private-network', 'true');
      }
    });
  }
  await app.register(cors, {
    origin: (origin, done) =>
      done(null, origin !== undefined && (origins.has(origin) || (options.development && local.test(origin)))),
    methods: ['GET', 'POST'],
    exposedHeaders: ['x-request-id', 'retry-after', 'ratelimit', 'ratelimit-policy'],
    maxAge: 600,
  });
}
