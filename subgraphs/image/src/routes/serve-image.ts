import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FindSignedImage, ServedPicture } from '../domain/open-image.ts';
import type { ByteRange } from '../domain/ports.ts';
import { isFresh, rangeOf } from './conditions.ts';

// The bytes at an address never change, but they can go: a deleted picture leaves shared caches within two hours and
// every cache within a day.
const cacheControl = 'public, max-age=82800, s-maxage=3600, stale-while-revalidate=3600';

/** GET and HEAD /images/:id: the bytes, for whoever holds the signed address. */
export function serveImages(app: FastifyInstance, findSignedImage: FindSignedImage): void {
  app.route<{ Params: { id: string } }>({
    method: ['GET', 'HEAD'],
    url: '/images/:id',
    async handler(request, reply) {
      // Whatever comes of it, refusals included, a page on any site may read it.
      reply.header('access-control-allow-origin', '*').header('cache-control', 'no-store');
      const [, query = ''] = /\?(.*)$/.exec(request.raw.url ?? '') ?? [];
      const found = await findSignedImage(request.params.id, query, request.headers.accept);
      return found ? answer(request, reply, found) : notFound(reply);
    },
  });
}

async function answer(request: FastifyRequest, reply: FastifyReply, picture: ServedPicture): Promise<FastifyReply> {
  const { headers, method } = request;
  const validators = { tag: picture.tag, storedAt: picture.image.createdAt };
  if (isFresh(headers, validators)) return describe(reply, picture).status(304).send();
  let chosen: ByteRange | 'all' | 'unsatisfiable' = 'all';
  const opened = await picture.open((sizeBytes) => {
    // Only GET knows ranges (RFC 9110, section 14.2).
    if (method === 'HEAD') return 'none';
    chosen = rangeOf(headers, validators, sizeBytes);
    return chosen === 'unsatisfiable' ? 'none' : chosen;
  }, request.atrium.deadline);
  if (!opened) return notFound(reply);
  const { sizeBytes, body } = opened;
  return sendPart(describe(reply, picture).type(picture.contentType), chosen, sizeBytes).send(body);
}

/** Says how much of the picture is sent. */
function sendPart(reply: FastifyReply, chosen: ByteRange | 'all' | 'unsatisfiable', sizeBytes: number): FastifyReply {
  if (chosen === 'all') return reply.header('content-length', sizeBytes);
  if (chosen === 'unsatisfiable') {
    // A cache that kept this would answer everybody with it.
    return reply.status(416).headers({ 'content-range': `bytes */${sizeBytes}`, 'cache-control': 'no-store' });
  }
  const { start, end } = chosen;
  return reply
    .status(206)
    .header('content-length', end - start + 1)
    .header('content-range', `bytes ${start}-${end}/${sizeBytes}`);
}

function describe(reply: FastifyReply, { image, tag, contentType, isNegotiated }: ServedPicture): FastifyReply {
  return reply.headers({
    etag: `"${tag}"`,
    'cache-control': cacheControl,
    'last-modified': image.createdAt.toUTCString(),
    'accept-ranges': 'bytes',
    'content-disposition': `inline; filename="${image.id}.${contentType.slice('image/'.length)}"`,
    // Whatever the bytes are, a browser shows them as a picture or not at all, and on any site.
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'cross-origin',
    'access-control-expose-headers': 'content-length, content-range, etag',
    ...(isNegotiated ? { vary: 'accept' } : {}),
  });
}

/** One answer for a wrong signature and for what does not exist, so that neither can be told from the other. */
function notFound(reply: FastifyReply): FastifyReply {
  return reply.status(404).type('text/plain').send('There is no such picture.\n');
}
