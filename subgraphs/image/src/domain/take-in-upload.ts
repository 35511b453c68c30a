import { isId, PublicError, timedOut } from '@atrium/service-kit';
import type { BoundedWork } from './bounded-work.ts';
import type { Image } from './image.ts';
import { formatOf } from './picture-type.ts';
import type { AnnouncedUpload, ReceiveFile, UploadStore } from './ports.ts';
import { type StorePictureParts, storePicture } from './store-picture.ts';
import type { TakeInPicture } from './take-in-picture.ts';
import type { UploadAddresses } from './upload-address.ts';
import { PictureRefusal } from './user-error.ts';

/** A picture that is sent to a signed address, before its first byte is read. */
export interface SentUpload {
  readonly uploadId: string;
  readonly signature: string;
  readonly contentType: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly receive: ReceiveFile;
  /** How long its sender still waits, in milliseconds. */
  remainingMs(): number;
}

/** Takes in what is sent to a signed address; rejects with a PictureRefusal that says what to mend. */
export type TakeInUpload = (sent: SentUpload) => Promise<Image>;

/** What taking in an upload is made of. */
export interface TakeInUploadParts extends StorePictureParts {
  readonly uploads: UploadStore;
  readonly addresses: UploadAddresses;
  readonly takeInPicture: TakeInPicture;
  /** Bounds how many are received at once. */
  readonly inTurn: BoundedWork;
}

/**
 * Makes the action of its parts. An address is used up by the image that it brings, and by bytes that are refused; a
 * connection that breaks, a service that is busy and a request that is wrong by its headers leave it as it was.
 */
export function createTakeInUpload(parts: TakeInUploadParts): TakeInUpload {
  return async (sent) => {
    const uploadId = sent.uploadId.toLowerCase();
    if (!isId(uploadId) || !parts.addresses.isSigned(uploadId, sent.signature)) throw unknownUpload();
    const announced = await parts.uploads.find(uploadId);
    if (!announced) throw unknownUpload();
    judgeHeaders(sent, announced);
    return parts.inTurn(() => takeIn(parts, sent, announced));
  };
}

async function takeIn(parts: TakeInUploadParts, sent: SentUpload, announced: AnnouncedUpload): Promise<Image> {
  const claimId = await parts.uploads.claim(announced.id);
  if (!claimId) throw unknownUpload();
  const upload = { id: announced.id, claimId };
  try {
    return await receive(parts, sent, announced, claimId);
  } catch (error) {
    const end = error instanceof PictureRefusal ? parts.uploads.useUp(upload) : parts.uploads.release(upload);
    // Whatever cannot be noted now is free again when the claim has lapsed.
    await end.catch(parts.reportFault);
    throw error;
  }
}

async function receive(
  parts: TakeInUploadParts,
  sent: SentUpload,
  { id, userId, alt, asAvatar, sizeBytes, contentType }: AnnouncedUpload,
  claimId: string,
): Promise<Image> {
  const stillWanted = (): number => {
    const leftMs = sent.remainingMs();
    if (leftMs <= 0) throw timedOut();
    return leftMs;
  };
  const file = await sent.receive(sizeBytes);
  const picture = await parts.takeInPicture(file, stillWanted, formatOf(contentType)).finally(() => file.discard());
  const owner = { id, userId, alt, asAvatar, claim: undefined, upload: { id, claimId } };
  const saved = await storePicture(parts, picture, owner, stillWanted);
  if (saved.outcome === 'saved') return saved.image;
  if (saved.outcome === 'owner-erased') throw unknownUpload();
  throw new PublicError('TIMEOUT', 'Storing the picture took too long. Try again.', { retryAfterMs: 1_000 });
}

function judgeHeaders({ contentType, sizeBytes }: SentUpload, announced: AnnouncedUpload): void {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== announced.contentType) {
    const message = `Send it with the header content-type: ${announced.contentType}, as it was announced.`;
    throw new PictureRefusal('IMAGE_TYPE_NOT_ALLOWED', message);
  }
  if (sizeBytes === undefined) {
    throw new PictureRefusal('REQUIRED', 'Send it with the header content-length, and not in chunks.');
  }
  if (sizeBytes !== announced.sizeBytes) {
    throw new PictureRefusal('OUT_OF_RANGE', `Send exactly ${announced.sizeBytes} bytes, as it was announced.`);
  }
}

/** One refusal for a wrong signature, for what does not exist, is over, used up or being used: none can be told from another. */
function unknownUpload(): PictureRefusal {
  const message = 'There is no upload at this address, or no longer. Ask for a new address with createImageUpload.';
  return new PictureRefusal('NOT_FOUND', message);
}
