import type { IncomingMessage } from 'node:http';
import { PublicError } from '@atrium/service-kit';

/** Takes `bytes` more of the budget that all bodies share; throws where they are not there. */
export type Reserve = (bytes: number) => void;

/**
 * Reads a body of at most `maxBytes`. What a client announces is judged before anything is read; where it announces
 * nothing, what arrives is counted. The stream is never destroyed, so that a refusal can be sent over its connection.
 */
export function readBody(request: IncomingMessage, maxBytes: number, reserve: Reserve): Promise<Buffer> {
  const announced = request.headers['content-length'];
  const announcedBytes = announced === undefined ? undefined : Number(announced);
  if (announcedBytes !== undefined) {
    if (announcedBytes > maxBytes) throw tooLarge();
    reserve(announcedBytes);
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      try {
        if (sizeBytes > maxBytes) throw tooLarge();
        if (announcedBytes === undefined) reserve(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        request.removeAllListeners('data');
        request.pause();
        reject(error);
      }
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', () => reject(new PublicError('BAD_REQUEST', 'The request broke off. Send it again.')));
  });
}

function tooLarge(): PublicError {
  return new PublicError('PAYLOAD_TOO_LARGE', 'The request body is too large. Send less at once.');
}
