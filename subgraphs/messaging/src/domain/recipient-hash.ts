import { createKeyedHash } from '@atrium/service-kit';

/** By what a phone number or e-mail address is recognised where it is not kept readable. */
export type RecipientHash = (recipient: string) => Buffer;

/**
 * HMAC-SHA-256 of an E.164 number or an e-mail address. Its key does not rotate: with another one, every budget and list
 * would be forgotten. Addresses that differ in case only are one, for nobody has ever kept two such mailboxes apart.
 */
export function createRecipientHash(key: Buffer): RecipientHash {
  const hash = createKeyedHash(key);
  return (recipient) =>
    recipient.startsWith('+')
      ? hash('phone number', recipient)
      : hash('e-mail address', recipient.normalize('NFC').toLowerCase());
}

/** By what the network address that a client asks from is recognised. */
export type AddressHash = (address: string) => Buffer;

/** HMAC-SHA-256 of a network address, by the same key. */
export function createAddressHash(key: Buffer): AddressHash {
  const hash = createKeyedHash(key);
  return (address) => hash('client address', address);
}
