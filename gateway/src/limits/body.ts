import type { IncomingMessage } from 'node:http';
import { PublicError } from '@atrium/service-kit';
import { LimitMet } from './limit-met.ts';
import { abandon } from './linger.ts';

/** Takes `bytes` more of the budget that all bodies share; throws where they are not there. */
export type Reserve = (bytes: number) => void;

/** How much of a body is taken in, and for how long. */
export interface BodyLimits {
  maxBytes: number;
  timeoutMs: number;
}

/**
 * Reads a body of at most `maxBytes` that arrives within `timeoutMs`. What a client announces is judged before anything is read; where it announces
 * nothing, what arrives is counted. The stream is never destroyed, so that a refusal can be sent over its connection.
 */
export function readBody(
  request: IncomingMessage,
  { maxBytes, timeoutMs }: BodyLimits,
  reserve: Reserve,
): Promise<Buffer> {
  const announced = request.headers['content-length'];
  const announcedBytes = announced === undefined ? undefined : Number(announced);
  if (announcedBytes !== undefined) {
    if (announcedBytes > maxBytes) throw tooLarge();
    reserve(announcedBytes);
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    // Most bodies have arrived by now, and cost no timer.
    const timer = request.complete ? undefined : setTimeout(giveUp, timeoutMs);
    function giveUp(): void {
      request.removeAllListeners('data');
      abandon(request);
      reject(new PublicError('BAD_REQUEST', 'The request did not arrive in time. Send it again.'));
    }
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      try {
        if (sizeBytes > maxBytes) throw tooLarge();
        if (announcedBytes === undefined) reserve(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        clearTimeout(timer);
        request.removeAllListeners('data');
        request.pause();
        reject(error);
      }
    });
    request.on('end', () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    request.on('error', () => {
      clearTimeout(timer);
      reject(new PublicError('BAD_REQUEST', 'The request broke off. Send it again.'));
    });
  });
}

function tooLarge(): LimitMet {
  return new LimitMet('body', 'The request body is too large. Send less at once.', 'PAYLOAD_TOO_LARGE');
}
