import { createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/** Signs what addresses stand for with the first of its keys; what any of them signed is good. */
export interface AddressSigner {
  /** Names the key that signs. */
  readonly keyId: string;
  sign(text: string): string;
  /** Whether the key of this id signed a text, or any where none is named; takes the same time for every wrong signature. */
  isSigned(text: string, signature: string, keyId?: string): boolean;
}

/** Makes the signer of its keys. A signature is HMAC-SHA-256 in base64url: 43 characters. */
export function createAddressSigner(secrets: readonly [Buffer, ...Buffer[]]): AddressSigner {
  const keys = secrets.map((secret) => {
    const key = createSecretKey(secret);
    return { id: keyIdOf(secret), sign: (text: string) => createHmac('sha256', key).update(text).digest('base64url') };
  });
  const current = keys[0] as (typeof keys)[number];
  return {
    keyId: current.id,
    sign: current.sign,
    isSigned: (text, signature, keyId) =>
      keys.some(({ id, sign }) => (keyId === undefined || id === keyId) && isSame(sign(text), signature)),
  };
}

function isSame(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Made of the key itself, so that nobody has to name keys; 36 bits of a hash of 256 random ones tell nothing of them. */
function keyIdOf(secret: Buffer): string {
  return createHash('sha256').update('atrium image key').update(secret).digest('base64url').slice(0, 6);
}
