import { createHmac, timingSafeEqual } from 'node:crypto';

/** Makes and checks the signed addresses that pictures are sent to. */
export interface UploadAddresses {
  addressOf(uploadId: string): string;
  /** Whether a signature is the one of this upload's address; takes the same time for every wrong one. */
  isSigned(uploadId: string, signature: string): boolean;
}

/** Addresses below `baseUrl`. When an address ends, and what may be sent to it, is for the database to say. */
export function createUploadAddresses(baseUrl: string, secret: Buffer): UploadAddresses {
  const sign = (uploadId: string): Buffer =>
    createHmac('sha256', secret).update(`atrium-image-upload:1\n${uploadId}`).digest();
  return {
    addressOf: (uploadId) => `${baseUrl}/uploads/${uploadId}?s=${sign(uploadId).toString('base64url')}`,
    isSigned(uploadId, signature) {
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(uploadId);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
