import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** Node reads and drops the rest of a body that is no longer than this by itself. */
const smallBytes = 64 * 1024;

/**
 * Answers before a body is read to its end, so that the client can read the answer: the connection is closed after
 * what still arrives within `graceMs` was read and dropped. Closed at once, the bytes on their way would reset the
 * connection and the answer with it; not closed, a refused upload would be read to its end.
 */
export function lingerOverUnreadBodies(app: FastifyInstance, graceMs: number): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { raw } = request;
    const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (raw.complete || raw.destroyed || !isText) return payload;
    if (Number(raw.headers['content-length'] ?? Number.POSITIVE_INFINITY) <= smallBytes) return payload;
    const answer = Buffer.from(payload as string);
    reply.header('connection', 'close').header('content-length', answer.length);
    return Readable.from(answerThenDrain(answer, raw, graceMs), { objectMode: false });
  });
}

async function* answerThenDrain(answer: Buffer, request: IncomingMessage, graceMs: number) {
  yield answer;
  request.unpipe();
  request.resume();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, graceMs);
    for (const event of ['end', 'close', 'error']) {
      request.once(event, () => {
        clearTimeout(timer);
        resolve();
      });
    }
  });
}
