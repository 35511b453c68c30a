import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { createKeyedHash } from '@atrium/service-kit';

/** What a code is bound to, so that it is worth nothing anywhere else. */
export interface CodeBinding {
  readonly challengeId: string;
  readonly userId: string;
  readonly purpose: string;
  readonly recipientHash: Buffer;
  readonly code: string;
}

/** What is kept of a code. */
export interface KeptCode {
  /** Which key made the hash. */
  readonly keyId: string;
  readonly codeHash: Buffer;
}

/** The keyed hashes of one-time codes, which are recognised and never read. The key rotates. */
export interface CodeHashes {
  /** By the key in use. */
  keep(binding: CodeBinding): KeptCode;
  /** Whether this is the code that was kept, in constant time; undefined where its key is held no longer. */
  matches(binding: CodeBinding, kept: KeptCode): boolean | undefined;
}

/** HMAC-SHA-256 by the first key; the others still recognise what they made. */
export function createCodeHashes([current, ...previous]: readonly [Buffer, ...Buffer[]]): CodeHashes {
  const inUse = keyIdOf(current);
  const byId = new Map([current, ...previous].map((key) => [keyIdOf(key), createKeyedHash(key)]));

  function hash(keyId: string, binding: CodeBinding): Buffer | undefined {
    const { challengeId, userId, purpose, recipientHash, code } = binding;
    return byId.get(keyId)?.('one-time code', challengeId, userId, purpose, recipientHash.toString('base64'), code);
  }

  return {
    keep: (binding) => ({ keyId: inUse, codeHash: hash(inUse, binding) as Buffer }),
    matches(binding, { keyId, codeHash }) {
      const expected = hash(keyId, binding);
      return expected && timingSafeEqual(expected, codeHash);
    },
  };
}

/** Made of the key itself, so that nobody has to name keys; 64 bits of a hash of 256 random ones tell nothing of them. */
function keyIdOf(key: Buffer): string {
  return createHash('sha256').update('atrium code key').update(key).digest('hex').slice(0, 16);
}

/** Six digits, each as likely as any other. */
export function newCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}
