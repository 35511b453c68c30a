import type { FastifyInstance } from 'fastify';
import type { Caller } from './caller.ts';
import type { TokenVerifier } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent this request; set where a token was checked. */
    caller: Caller;
  }
}

/** Refuses every request to a path without a valid token, before its body is read. */
export function protect(app: FastifyInstance, path: string, verifyToken: TokenVerifier): void {
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.url === path) request.caller = await verifyToken(request.headers.authorization);
  });
}
