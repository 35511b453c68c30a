import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Upload } from './judge-upload.ts';

/**
 * The keyed hash by which a retry is told from another upload under the same idempotency key. Of a file or base64 it
 * covers the bytes, of a url the address: what lies there may change, and the retry still means the same.
 */
export function payloadHmac(secret: Buffer, upload: Upload, sha256: string | undefined): Buffer {
  const { userId, alt, asAvatar, source } = upload;
  const what = source.kind === 'url' ? source.address : sha256;
  return createHmac('sha256', secret)
    .update(JSON.stringify(['uploadImage:1', userId, alt, asAvatar, source.kind, what]))
    .digest();
}

/** The keyed hash by which a client's key is remembered: what clients make keys of may be personal. */
export function keyHmac(secret: Buffer, clientId: string, key: string): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['uploadImage:key:1', clientId, key]))
    .digest();
}

/** Whether two keyed hashes are of the same input. */
export function isSamePayload(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
