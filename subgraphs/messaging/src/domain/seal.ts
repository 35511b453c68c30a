import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import type { MessageContent } from './message.ts';

/** Hides the content of messages while they wait. */
export interface Sealer {
  seal(messageId: string, content: MessageContent): Buffer;
  /** Throws where the seal is broken, or belongs to another message. */
  open(messageId: string, sealed: Uint8Array): MessageContent;
}

const version = 1;
const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit IV for each message and its id as additional data, so that nobody
 * with write access to the table can pass one message's text off as another's. Layout: version, IV, tag, ciphertext.
 */
export function createSealer(secret: Buffer): Sealer {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'atrium message seal', 32)));
  return {
    seal(messageId, content) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(messageId));
      const text = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(version), iv, cipher.getAuthTag(), text]);
    },
    open(messageId, sealed) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== version) throw new Error('unknown seal version');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + ivBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.from(messageId));
      decipher.setAuthTag(bytes.subarray(1 + ivBytes, 1 + ivBytes + tagBytes));
      const text = Buffer.concat([decipher.update(bytes.subarray(1 + ivBytes + tagBytes)), decipher.final()]);
      return JSON.parse(text.toString('utf8'));
    },
  };
}
