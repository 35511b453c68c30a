import { createHmac, timingSafeEqual } from 'node:crypto';

/** Makes and checks the signed addresses that pictures are sent to. */
export interface UploadAddresses {
  addressOf(uploadId: string): string;
  /** Whether a signature is the one of this upload's address; takes the same time for every wrong one. */
  isSigned(uploadId: string, signature: string): boolean;
}

/**
 * Addresses below `baseUrl`, signed with the first of the keys; those that any of them signed are good. When an address
 * ends, and what may be sent to it, is for the database to say.
 */
export function createUploadAddresses(baseUrl: string, secrets: readonly [Buffer, ...Buffer[]]): UploadAddresses {
  const sign = (secret: Buffer, uploadId: string): Buffer =>
    createHmac('sha256', secret).update(`atrium-image-upload:1\n${uploadId}`).digest();
  return {
    addressOf: (uploadId) => `${baseUrl}/uploads/${uploadId}?s=${sign(secrets[0], uploadId).toString('base64url')}`,
    isSigned(uploadId, signature) {
      const given = Buffer.from(signature, 'base64url');
      const isOf = (expected: Buffer) => given.length === expected.length && timingSafeEqual(given, expected);
      return secrets.some((secret) => isOf(sign(secret, uploadId)));
    },
  };
}
