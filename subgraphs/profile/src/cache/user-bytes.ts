import type { User } from '../domain/user.ts';

/**
 * What a remembered user takes of the heap beside texts and times: the user, the verification, the cache's entry and
 * its place in a Map right after the Map has grown, when places are dearest. Measured on Node 24, 64 bits, by the heap
 * that 70,000 users took after a garbage collection; `user-bytes.test.ts` measures it again.
 */
const fixedBytes = 340;
/** A Date with the parts that it keeps of itself. */
const timeBytes = 96;
const textHeaderBytes = 16;
/** A pending number beside its text and times. */
const changeBytes = 48;

/** What is remembered of a user that does not exist, or of a change: an id, a few numbers and a place in a Map. */
export const markBytes = 240;
/** A user with a usual name, a number, an e-mail address and four times. */
export const usualUserBytes = 960;

/** How many bytes of the heap it takes to remember this user. */
export function userBytes(user: User): number {
  const { phoneVerification: proof, pendingPhoneChange: change } = user;
  let bytes = fixedBytes + 2 * timeBytes;
  bytes += textBytes(user.id) + textBytes(user.name) + textBytes(user.phoneNumber) + textBytes(user.email);
  bytes += textBytes(user.country) + textBytes(user.location) + textBytes(user.locale);
  bytes += textBytes(proof.status) + textBytes(proof.failure);
  if (proof.codeSentAt) bytes += timeBytes;
  if (proof.codeExpiresAt) bytes += timeBytes;
  if (proof.verifiedAt) bytes += timeBytes;
  if (change) {
    bytes += changeBytes + textBytes(change.phoneNumber);
    if (change.codeSentAt) bytes += timeBytes;
    if (change.codeExpiresAt) bytes += timeBytes;
  }
  return bytes;
}

/** V8 keeps a text in one byte a character where all are of Latin-1, else in two; sizes are multiples of eight. */
function textBytes(text: string | null): number {
  if (text === null) return 0;
  const bytes = isLatin1(text) ? text.length : 2 * text.length;
  return textHeaderBytes + ((bytes + 7) & ~7);
}

function isLatin1(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0xff) return false;
  return true;
}
