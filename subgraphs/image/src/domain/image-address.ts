import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { readVariant, type Variant, writeVariant } from './variant.ts';

/** What an address stands for: a variant, or the picture as it is stored. */
export type Addressed = Variant | 'original';

/** Makes and checks the signed addresses at which bytes are served. */
export interface ImageAddresses {
  addressOf(imageId: string, what: Addressed): string;
  /** What an address's query stands for; null where its signature is not its own. Takes the same time for every wrong one. */
  read(imageId: string, query: string): Addressed | null;
}

const queryForm = /^(?:(.+)&)?k=([\w-]{6})&s=([\w-]{43})$/;
/** Addresses of before there was a choice of keys. */
const keylessForm = /^s=([\w-]{43})$/;

/**
 * Addresses below `baseUrl`, signed with the first of the keys; those that any of them signed are good. The signature is
 * the key to the bytes, and addresses live on in clients: what is signed therefore names a version, and its last line
 * says which variant of the picture is meant. A query counts letter by letter, so that a variant has one address in every cache.
 */
export function createImageAddresses(baseUrl: string, secrets: readonly [Buffer, ...Buffer[]]): ImageAddresses {
  const keys = secrets.map((secret) => ({ id: keyIdOf(secret), key: createSecretKey(secret) }));
  const current = keys[0] as (typeof keys)[number];
  return {
    addressOf(imageId, what) {
      const text = what === 'original' ? undefined : writeVariant(what);
      const variant = text === undefined ? '' : `${text}&`;
      return `${baseUrl}/${imageId}?${variant}k=${current.id}&s=${sign(current.key, imageId, text)}`;
    },
    read(imageId, query) {
      const [, text, keyId, signature = ''] = queryForm.exec(query) ?? [];
      const keyless = keylessForm.exec(query)?.[1];
      const what = text === undefined ? 'original' : readVariant(text);
      if (what === null) return null;
      const isSigned = keys.some(
        ({ id, key }) =>
          (keyless !== undefined || id === keyId) && isSame(sign(key, imageId, text), keyless ?? signature),
      );
      return isSigned ? what : null;
    },
  };
}

function sign(key: KeyObject, imageId: string, variant = 'original'): string {
  return createHmac('sha256', key).update(`atrium-image:1\n${imageId}\n${variant}`).digest('base64url');
}

function isSame(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}

/** Made of the key itself, so that nobody has to name keys; 36 bits of a hash of 256 random ones tell nothing of them. */
function keyIdOf(secret: Buffer): string {
  return createHash('sha256').update('atrium image key').update(secret).digest('base64url').slice(0, 6);
}
