import { createHmac, timingSafeEqual } from 'node:crypto';

/** Makes and checks the signed addresses at which bytes are served. */
export interface ImageAddresses {
  addressOf(imageId: string): string;
  /** Whether a signature is the one of this image's address; takes the same time for every wrong one. */
  isSigned(imageId: string, signature: string): boolean;
}

/**
 * Addresses below `baseUrl`. The signature is the key to the bytes, and addresses live on in clients: what is signed
 * therefore names a version, and leaves its last line to say which variant of the picture is meant.
 */
export function createImageAddresses(baseUrl: string, secret: Buffer): ImageAddresses {
  function sign(imageId: string): string {
    return createHmac('sha256', secret).update(`atrium-image:1\n${imageId}\noriginal`).digest('base64url');
  }
  return {
    addressOf: (imageId) => `${baseUrl}/${imageId}?s=${sign(imageId)}`,
    isSigned(imageId, signature) {
      const expected = Buffer.from(sign(imageId));
      const given = Buffer.from(signature);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
