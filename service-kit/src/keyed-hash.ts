import { createHmac } from 'node:crypto';

/** HMAC-SHA-256 over parts that cannot run into each other; the first says what is hashed, so that no hash of one kind can stand for another. */
export function keyedHash(key: Buffer, ...parts: string[]): Buffer {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}
