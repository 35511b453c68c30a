import { newId, PublicError, timedOut } from '@atrium/service-kit';
import type { Image, Picture } from './image.ts';
import { judgeUpload, type Upload, type UploadImageInput } from './judge-upload.ts';
import { isSamePayload, keyHmac, payloadHmac } from './payload-hmac.ts';
import { requireImageWrite } from './policy.ts';
import type { Asker, EarlierUpload, FetchPicture, IdempotencyClaim, ReceivedFile } from './ports.ts';
import { receiveBase64 } from './read-base64.ts';
import { type StorePictureParts, storePicture } from './store-picture.ts';
import type { TakeInPicture } from './take-in-picture.ts';
import { inputError, PictureRefusal, type UserError, unknownUser } from './user-error.ts';

/** The stored image, or what to mend. */
export interface UploadImageOutcome {
  readonly image: Image | null;
  readonly userErrors: UserError[];
}

/** What uploading is made of. */
export interface UploadImageParts extends StorePictureParts {
  readonly takeInPicture: TakeInPicture;
  readonly fetchPicture: FetchPicture;
  readonly maxBytes: number;
  readonly idempotencySecret: Buffer;
}

/** The part of a caller's time that fetching may take; the rest is for decoding and storing. */
const fetchShare = 2 / 3;

/**
 * Takes in a picture of a user, whichever way it comes, and stores it once for each idempotency key. What cannot be
 * answered in the caller's time is not stored: whoever reads TIMEOUT may send the picture again and has it once.
 */
export type UploadImage = (asker: Asker, input: UploadImageInput) => Promise<UploadImageOutcome>;

/** Makes the action of its parts. */
export function createUploadImage(parts: UploadImageParts): UploadImage {
  return async (asker, input) => {
    requireImageWrite(asker.caller);
    const upload = judgeUpload(input);
    if (Array.isArray(upload)) return { image: null, userErrors: upload };
    try {
      return await takeIn(parts, asker, upload);
    } catch (error) {
      if (!(error instanceof PictureRefusal)) throw error;
      return refused(inputError(upload.source.kind, error.code, error.message));
    }
  };
}

async function takeIn(parts: UploadImageParts, asker: Asker, upload: Upload): Promise<UploadImageOutcome> {
  const sent = await receive(upload, parts.maxBytes);
  const claim = claimOf(parts, asker, upload, sent);
  const earlier = claim && (await parts.images.findEarlierUpload(claim.clientId, claim.keyHmac));
  if (claim && earlier) return repeated(claim, earlier);
  // Asked before anything is fetched or decoded, so that strangers' pictures cost nothing.
  if (!(await asker.people.exists(upload.userId))) return refused(unknownUser());
  const picture = await decoded(parts, asker, sent ?? (await fetched(parts, asker, upload)));
  const { userId, alt, asAvatar } = upload;
  const saved = await storePicture(parts, picture, { id: newId(), userId, alt, asAvatar, claim }, () =>
    timeLeft(asker),
  );
  switch (saved.outcome) {
    case 'saved':
      asker.images.refresh();
      return { image: saved.image, userErrors: [] };
    case 'key-used':
      return repeated(claim, saved.earlier);
    case 'owner-erased':
      return refused(unknownUser());
    case 'try-again':
      throw new PublicError('TIMEOUT', 'Storing the picture took too long. Try again.', { retryAfterMs: 1_000 });
  }
}

/** The bytes that came with the request; undefined where they are still to be fetched. */
async function receive({ source }: Upload, maxBytes: number): Promise<ReceivedFile | undefined> {
  if (source.kind === 'file') return source.receive(maxBytes);
  return source.kind === 'base64' ? receiveBase64(source.text, maxBytes) : undefined;
}

async function decoded(parts: UploadImageParts, asker: Asker, file: ReceivedFile): Promise<Picture> {
  try {
    return await parts.takeInPicture(file, () => timeLeft(asker));
  } finally {
    await file.discard();
  }
}

async function fetched(parts: UploadImageParts, asker: Asker, { source }: Upload): Promise<ReceivedFile> {
  if (source.kind !== 'url') throw new Error('only addresses are fetched');
  const { maxBytes } = parts;
  return parts.fetchPicture(source.address, { maxBytes, timeoutMs: () => fetchShare * timeLeft(asker) });
}

/** How much of the caller's time is left, in milliseconds; throws TIMEOUT where it is over. */
function timeLeft(asker: Asker): number {
  const leftMs = asker.remainingMs();
  if (leftMs <= 0) throw timedOut();
  return leftMs;
}

function claimOf(
  parts: UploadImageParts,
  { caller }: Asker,
  upload: Upload,
  sent: ReceivedFile | undefined,
): IdempotencyClaim | undefined {
  if (upload.idempotencyKey === undefined || caller.kind !== 'client') return undefined;
  const secret = parts.idempotencySecret;
  return {
    clientId: caller.clientId,
    keyHmac: keyHmac(secret, caller.clientId, upload.idempotencyKey),
    payloadHmac: payloadHmac(secret, upload, sent?.sha256),
  };
}

function repeated(claim: IdempotencyClaim | undefined, earlier: EarlierUpload): UploadImageOutcome {
  if (claim && isSamePayload(claim.payloadHmac, earlier.payloadHmac)) return { image: earlier.image, userErrors: [] };
  const message = 'This key was used with another input. Use a new key for a new upload.';
  return refused(inputError('idempotencyKey', 'IDEMPOTENCY_CONFLICT', message));
}

function refused(error: UserError): UploadImageOutcome {
  return { image: null, userErrors: [error] };
}
