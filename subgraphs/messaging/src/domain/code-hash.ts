import { randomInt } from 'node:crypto';
import { createKeyedHash } from '@atrium/service-kit';

/** Keyed hashes for what must be recognised and never read: one-time codes, phone numbers, inputs. */
export interface KeyedHashes {
  /** Bound to challenge, user and number, so that a code is worth nothing anywhere else. */
  ofCode(of: { challengeId: string; userId: string; phoneNumber: string; code: string }): Buffer;
  ofPhoneNumber(phoneNumber: string): Buffer;
}

/** HMAC-SHA-256; each kind of text has its own label, so that no hash of one kind can stand for another. */
export function createKeyedHashes(key: Buffer): KeyedHashes {
  const hash = createKeyedHash(key);
  return {
    ofCode: ({ challengeId, userId, phoneNumber, code }) =>
      hash('one-time code', challengeId, userId, phoneNumber, code),
    ofPhoneNumber: (phoneNumber) => hash('phone number', phoneNumber),
  };
}

/** Six digits, each as likely as any other. */
export function newCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}
