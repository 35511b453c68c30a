import { createAddressSigner } from './address-signer.ts';
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
 * Signed addresses below `baseUrl`. The signature is the key to the bytes, and addresses live on in clients: what is signed
 * therefore names a version, and its last line says which variant of the picture is meant. A query counts letter by letter,
 * so that a variant has one address in every cache.
 */
export function createImageAddresses(baseUrl: string, secrets: readonly [Buffer, ...Buffer[]]): ImageAddresses {
  const signer = createAddressSigner(secrets);
  return {
    addressOf(imageId, what) {
      const text = what === 'original' ? undefined : writeVariant(what);
      const variant = text === undefined ? '' : `${text}&`;
      return `${baseUrl}/${imageId}?${variant}k=${signer.keyId}&s=${signer.sign(signedText(imageId, text))}`;
    },
    read(imageId, query) {
      const keyless = keylessForm.exec(query)?.[1];
      const [, text, keyId, signature = keyless ?? ''] = queryForm.exec(query) ?? [];
      const what = text === undefined ? 'original' : readVariant(text);
      return what !== null && signer.isSigned(signedText(imageId, text), signature, keyId) ? what : null;
    },
  };
}

function signedText(imageId: string, variant = 'original'): string {
  return `atrium-image:1\n${imageId}\n${variant}`;
}
