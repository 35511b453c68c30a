import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto';

/** Makes texts unreadable for whoever keeps them for us, such as clients their cursors. */
export interface Sealer {
  /** The same text is always sealed the same way. */
  seal(text: string): string;
  /** Undefined where this sealer has not made it. */
  open(sealed: string): string | undefined;
}

const ivLength = 12;
const tagLength = 16;

/**
 * Seals with AES-256-GCM, by keys derived from `key` for one purpose (RFC 5869). The nonce is a MAC of the text, as in
 * RFC 5297: no nonce serves two texts, and none has to be remembered.
 */
export function createSealer(key: Buffer, purpose: string): Sealer {
  const derive = (part: string) => createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `${purpose}:${part}`, 32)));
  const cipherKey = derive('cipher');
  const nonceKey = derive('nonce');
  return {
    seal(text) {
      const iv = createHmac('sha256', nonceKey).update(text).digest().subarray(0, ivLength);
      const cipher = createCipheriv('aes-256-gcm', cipherKey, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < ivLength + tagLength) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', cipherKey, bytes.subarray(0, ivLength));
      decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
      try {
        return decipher.update(bytes.subarray(ivLength + tagLength), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
