import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Image } from '../domain/image.ts';
import type { FindSignedImage } from '../domain/open-image.ts';

// The bytes at an address never change, but they can go: a deleted picture leaves shared caches within two hours and
// every cache within a day.
const cacheControl = 'public, max-age=82800, s-maxage=3600, stale-while-revalidate=3600';

/** GET and HEAD /images/:id: the bytes, for whoever holds the signed address. */
export function serveImages(app: FastifyInstance, findSignedImage: FindSignedImage): void {
  app.route<{ Params: { id: string }; Querystring: { s?: unknown } }>({
    method: ['GET', 'HEAD'],
    url: '/images/:id',
    async handler(request, reply) {
      const { s: signature } = request.query;
      const found = typeof signature === 'string' ? await findSignedImage(request.params.id, signature) : null;
      if (!found) return notFound(reply);
      describe(reply, found.image);
      if (isFresh(request.headers['if-none-match'], found.image.sha256)) return reply.status(304).send();
      reply.type(found.image.contentType).header('content-length', found.image.sizeBytes);
      if (request.method === 'HEAD') return reply.send();
      return reply.send((await found.open()) ?? notFound(reply));
    },
  });
}

function describe(reply: FastifyReply, image: Image): void {
  reply.headers({
    etag: `"${image.sha256}"`,
    'cache-control': cacheControl,
    'last-modified': image.createdAt.toUTCString(),
    'content-disposition': 'inline',
    // Whatever the bytes are, a browser shows them as a picture or not at all, and on any site.
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'cross-origin',
  });
}

/** Whether one of the tags that a client holds is the picture's; weak ones count, as RFC 9110 section 13.1.2 says. */
function isFresh(ifNoneMatch: string | undefined, sha256: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes('*') || tags.includes(`"${sha256}"`);
}

/** One answer for a wrong signature and for what does not exist, so that neither can be told from the other. */
function notFound(reply: FastifyReply): FastifyReply {
  for (const name of Object.keys(reply.getHeaders())) if (name !== 'x-request-id') reply.removeHeader(name);
  return reply.status(404).header('cache-control', 'no-store').type('text/plain').send('There is no such picture.\n');
}
