import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BoundedWork } from '../domain/bounded-work.ts';

/** What JSON bodies may bring. */
export interface BodyLimits {
  /** Bodies up to this size are read at once, whoever sends them. */
  readonly smallBytes: number;
  /** The largest body; only a picture in base64 makes one so large. */
  readonly maxBytes: number;
}

/**
 * Lets large JSON bodies through on /graphql, and on no other path. Each is in memory several times over while it is
 * read and parsed, so they are read in turn; one that waits is still in its sender's hands. Runs behind the token check.
 */
export function readLargeBodiesInTurn(app: FastifyInstance, limits: BodyLimits, inTurn: BoundedWork): void {
  app.addHook('onRoute', (route) => {
    if (route.url === '/graphql') route.bodyLimit = limits.maxBytes;
  });
  app.addHook('preParsing', async (request, reply) => {
    if (request.routeOptions.url === '/graphql' && isLarge(request, limits.smallBytes)) await turnOf(reply, inTurn);
  });
}

function isLarge({ headers }: FastifyRequest, smallBytes: number): boolean {
  // Files are not read into memory here, and come as slowly as their sender sends them: they would keep others waiting.
  if (/^multipart\/form-data\b/i.test(headers['content-type'] ?? '')) return false;
  return Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) > smallBytes;
}

/** Resolves when the request's turn has come, which lasts until it is answered or its sender has gone. */
function turnOf({ raw }: FastifyReply, inTurn: BoundedWork): Promise<void> {
  const over = new Promise<void>((resolve) => raw.once('close', resolve));
  return new Promise((begin, refuse) => {
    inTurn(() => {
      begin();
      return over;
    }).catch(refuse);
  });
}
