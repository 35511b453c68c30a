import { createHmac, createSecretKey } from 'node:crypto';

/** HMAC-SHA-256 over parts that cannot run into each other; the first says what is hashed, so that no hash of one kind can stand for another. */
export type KeyedHash = (...parts: string[]) => Buffer;

/** Makes the hash of one key. */
export function createKeyedHash(key: Buffer): KeyedHash {
  // Node looks much longer at bytes than at a key object, each time.
  const secret = createSecretKey(key);
  return (...parts) => createHmac('sha256', secret).update(JSON.stringify(parts)).digest();
}
