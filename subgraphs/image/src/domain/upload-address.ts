import { createAddressSigner } from './address-signer.ts';

/** Makes and checks the signed addresses that pictures are sent to. */
export interface UploadAddresses {
  addressOf(uploadId: string): string;
  /** Whether a signature is the one of this upload's address; takes the same time for every wrong one. */
  isSigned(uploadId: string, signature: string): boolean;
}

/** Signed addresses below `baseUrl`. When an address ends, and what may be sent to it, is for the database to say. */
export function createUploadAddresses(baseUrl: string, secrets: readonly [Buffer, ...Buffer[]]): UploadAddresses {
  const signer = createAddressSigner(secrets);
  const textOf = (uploadId: string): string => `atrium-image-upload:1\n${uploadId}`;
  return {
    addressOf: (uploadId) => `${baseUrl}/uploads/${uploadId}?s=${signer.sign(textOf(uploadId))}`,
    isSigned: (uploadId, signature) => signer.isSigned(textOf(uploadId), signature),
  };
}
