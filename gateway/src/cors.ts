import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

const sandbox = 'https://studio.apollographql.com';
const local = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** What a page of another origin may read of an answer besides its body. */
export const exposedHeaders = ['x-request-id', 'retry-after', 'ratelimit', 'ratelimit-policy'];

/** Whether web pages of an origin may call the graph. */
export type OriginCheck = (origin: string) => boolean;

/** Lets in Apollo Sandbox, the origins configured and, in development, whatever is served on this machine. */
export function createOriginCheck(options: { origins: readonly string[]; development: boolean }): OriginCheck {
  const origins = new Set([sandbox, ...options.origins]);
  return (origin) => origins.has(origin) || (options.development && local.test(origin));
}

/** Answers browsers that ask before they call. Cookies play no part, so no credentials are allowed. */
export async function allowOrigins(
  app: FastifyInstance,
  { originAllowed, development }: { originAllowed: OriginCheck; development: boolean },
): Promise<void> {
  if (development) {
    // Chromium asks before a public page may reach a private address: https://wicg.github.io/private-network-access.
    app.addHook('onRequest', async (request, reply) => {
      if (request.headers['access-control-request-private-network'] === 'true') {
        reply.header('access-control-allow-private-network', 'true');
      }
    });
  }
  await app.register(cors, {
    delegator: (request, done) =>
      done(null, {
        origin: (origin, answer) => answer(null, origin !== undefined && originAllowed(origin)),
        // A page may send a picture itself, to the signed address that it was given, and PUT nothing else.
        methods: request.url?.startsWith('/images/uploads/') ? ['PUT'] : ['GET', 'POST'],
        exposedHeaders,
        maxAge: 600,
      }),
  });
}
