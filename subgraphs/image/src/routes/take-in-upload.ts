import { addAbortSignal, PassThrough, type Readable } from 'node:stream';
import { PublicError, remainingMs, timedOut } from '@atrium/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Image } from '../domain/image.ts';
import type { ReceivedFile } from '../domain/ports.ts';
import type { TakeInUpload } from '../domain/take-in-upload.ts';
import { PictureRefusal, type UserErrorCode } from '../domain/user-error.ts';
import { receiveStream } from '../providers/receive-stream.ts';

const statuses: Partial<Record<UserErrorCode, number>> = {
  NOT_FOUND: 404,
  REQUIRED: 411,
  OUT_OF_RANGE: 400,
  IMAGE_TOO_LARGE: 413,
  IMAGE_TYPE_NOT_ALLOWED: 415,
};

type Upload = { Params: { id: string }; Querystring: { s?: unknown } };

/** PUT /images/uploads/:id: takes in the bytes of a picture that was announced; answers as uploadImage does, in JSON. */
export function takeInUploads(app: FastifyInstance, takeInUpload: TakeInUpload): void {
  app.register(async (uploads) => {
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    uploads.put<Upload>('/images/uploads/:id', async (request, reply) => {
      const { headers, params, query } = request;
      // The signature says who may send; a page of any origin may do so for them and read what became of it.
      reply.headers({ 'cache-control': 'no-store', 'access-control-allow-origin': '*' });
      try {
        const image = await takeInUpload({
          uploadId: params.id,
          signature: typeof query.s === 'string' ? query.s : '',
          contentType: headers['content-type'],
          sizeBytes: headers['content-length'] === undefined ? undefined : Number(headers['content-length']),
          receive: (maxBytes) => receive(request, maxBytes),
          remainingMs: () => remainingMs(request.atrium),
        });
        return reply.status(201).send({ image: shown(image), userErrors: [] });
      } catch (error) {
        if (!(error instanceof PictureRefusal)) throw error;
        const { code, message } = error;
        return reply.status(statuses[code] ?? 422).send({ image: null, userErrors: [{ code, field: null, message }] });
      }
    });
  });
}

const shown = ({ ownerId: _, ...image }: Image) => image;

async function receive(request: FastifyRequest, maxBytes: number): Promise<ReceivedFile> {
  const { body, raw, atrium } = request;
  const signal = AbortSignal.timeout(Math.max(1, Math.ceil(remainingMs(atrium))));
  // The request itself stays open, so that its sender can be told that the time is over.
  const stream = addAbortSignal(signal, new PassThrough());
  // It may break before its reader has begun, who is then told when they begin.
  stream.on('error', () => {});
  raw.once('error', (error) => stream.destroy(error));
  raw.once('close', () => {
    if (!raw.complete) stream.destroy(new Error('the connection was closed'));
  });
  ((body ?? raw) as Readable).pipe(stream);
  try {
    return await receiveStream(stream, maxBytes);
  } catch (error) {
    if (error instanceof PictureRefusal) throw error;
    if (signal.aborted) throw timedOut();
    throw new PublicError('BAD_REQUEST', 'The picture did not arrive in full. Send it again.', { cause: error });
  }
}
