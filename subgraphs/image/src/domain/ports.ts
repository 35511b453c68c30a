import type { Readable } from 'node:stream';
import type { Caller, Page } from '@atrium/service-kit';
import type { Image, NewImage } from './image.ts';
import type { ImageEvent } from './image-event.ts';

/** Who asks, and what is read for them within their one request. */
export interface Asker {
  readonly caller: Caller;
  readonly people: People;
  readonly images: ImageReader;
  /** How long they still wait, in milliseconds. */
  remainingMs(): number;
}

/** The users, whom Profile knows. */
export interface People {
  exists(userId: string): Promise<boolean>;
}

/** Reads of one request. Those of one moment are gathered, so that a list of a hundred users costs one query. */
export interface ImageReader {
  imageById(id: string): Promise<Image | null>;
  avatarOf(userId: string): Promise<Image | null>;
  /** A page of a user's images, newest first, and one more where there are more. */
  imagesOf(userId: string, page: Page): Promise<Image[]>;
  countOf(userId: string): Promise<number>;
  /** Forgets what was read, because something has been changed since. */
  refresh(): void;
}

/** Keyed hashes of a client's idempotency key, which is the client's own text, and of the input that came with it. */
export interface IdempotencyClaim {
  readonly clientId: string;
  readonly keyHmac: Buffer;
  readonly payloadHmac: Buffer;
}

/** What a key has brought about. */
export interface EarlierUpload {
  readonly payloadHmac: Buffer;
  readonly image: Image;
}

/** How saving an image ended. */
export type SaveOutcome =
  | { readonly outcome: 'saved'; readonly image: Image }
  | { readonly outcome: 'key-used'; readonly earlier: EarlierUpload }
  | { readonly outcome: 'owner-erased' }
  /** The reservation ran out, or what a key stood for went away at this very moment. */
  | { readonly outcome: 'try-again' };

/** What is saved and ended together with an image. */
export interface NewImageOptions {
  readonly reservationId: string;
  readonly asAvatar: boolean;
  readonly claim: IdempotencyClaim | undefined;
  /** Where the bytes came to an announced upload's address. */
  readonly upload?: UploadClaim | undefined;
}

/** Images, avatars and who refers to which bytes. */
export interface ImageStore {
  findImage(id: string): Promise<Image | null>;
  /** What this client's key has brought about and not yet forgotten. */
  findEarlierUpload(clientId: string, keyHmac: Buffer): Promise<EarlierUpload | null>;
  /** Announces bytes that are about to be stored, so that nobody erases them meanwhile; answers the reservation's id. */
  reservePicture(sha256: string): Promise<string>;
  /** Saves image, avatar and key as one, and ends the reservation and the upload. Nothing is saved unless the outcome is `saved`. */
  saveImage(image: NewImage, options: NewImageOptions): Promise<SaveOutcome>;
  /** Gives a reservation up; the bytes are erased with the next that nothing refers to. */
  releasePicture(reservationId: string, sha256: string): Promise<void>;
  /** Makes one of the user's images their avatar; false where the user has no such image. */
  setAvatar(userId: string, imageId: string): Promise<boolean>;
  removeAvatar(userId: string): Promise<void>;
  /** Deletes an image, and answers the hash of its bytes; null where there is none. */
  deleteImage(id: string): Promise<{ readonly sha256: string } | null>;
  /** Erases all that is known of a user, once for each event, and keeps what is on its way from arriving. */
  eraseUser(event: { source: string; id: string; userId: string }): Promise<void>;
  /**
   * Has the bytes erased that nothing refers to, while nothing can begin to; of one hash only where it is given. Rejects
   * where some could not be.
   */
  eraseUnusedPictures(eraseBytes: (sha256: string) => Promise<void>, only?: string): Promise<void>;
  /** Notes bytes that are kept and that no row knows, so that they are erased with the next that nothing refers to. */
  adoptPictures(hashes: readonly string[]): Promise<number>;
  isPictureUsed(sha256: string): Promise<boolean>;
  /** The hashes of bytes that images have, page by page. */
  usedPictures(): AsyncIterable<string[]>;
  /** Forgets keys, events, reservations and uploads whose time is over. */
  forgetLapsed(): Promise<void>;
  /** Those of these hashes whose pictures are stored. */
  knownPictures(hashes: string[]): Promise<Set<string>>;
}

/** An image that was announced before its bytes are sent; its id is the image's. */
export interface AnnouncedUpload {
  readonly id: string;
  readonly userId: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly alt: string | null;
  readonly asAvatar: boolean;
}

/** An announced upload in the hands of one sender. */
export interface UploadClaim {
  readonly id: string;
  readonly claimId: string;
}

/** The images that were announced and have not arrived. */
export interface UploadStore {
  /** Notes an upload; answers until when it may be begun. */
  announce(upload: AnnouncedUpload): Promise<Date>;
  /** An upload whose time is not over. */
  find(id: string): Promise<AnnouncedUpload | null>;
  /** Lets one sender begin, and answers their claim's id; null where it is over, used up, or another's for a while. */
  claim(id: string): Promise<string | null>;
  /** Lets others begin again. */
  release(claim: UploadClaim): Promise<void>;
  /** Ends the upload without an image. */
  useUp(claim: UploadClaim): Promise<void>;
}

/** An event that is being delivered. */
export interface LeasedEvent extends ImageEvent {
  readonly position: bigint;
  /** How often its subscriber answered and did not take it, offered by itself. */
  readonly refusals: number;
}

/** The events that subscribers have still to be told of. */
export interface EventOutbox {
  /** Events of this subscriber that are due, which others leave alone for a while: of each image the first. */
  lease(subscriber: string, limit: number): Promise<LeasedEvent[]>;
  remove(events: readonly LeasedEvent[]): Promise<void>;
  /** Has events offered again after a while; those that were `refused` travel alone from now on. */
  putBack(events: readonly LeasedEvent[], how: { delayMs: number; refused: boolean }): Promise<void>;
}

/** The bytes, by their hash. */
export interface PictureStore {
  /** Resolves when the bytes are durable; the same bytes are kept once. */
  keep(sha256: string, bytes: Buffer): Promise<void>;
  /** The bytes as a stream, all or a range of them, or null where there are none. */
  open(sha256: string, range?: ByteRange): Promise<Readable | null>;
  /** Reads all of the bytes into a buffer that has room for them; answers how many there are, or null for none. */
  readInto(sha256: string, buffer: Buffer): Promise<number | null>;
  /** Resolves when the bytes are gone, or were not there. */
  erase(sha256: string): Promise<void>;
  has(sha256: string): Promise<boolean>;
  /** The hashes of all that is kept, page by page. */
  list(): AsyncIterable<string[]>;
  /** Removes what a crash left half written. */
  clearAbandoned(): Promise<void>;
}

/** Bytes of unknown origin that have arrived in full. They lie on the disk: what waits for its turn holds no memory. */
export interface ReceivedFile {
  /** Of the bytes as they came, in hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
  read(): Promise<Buffer>;
  /** To be called when nobody will read any more. */
  discard(): Promise<void>;
}

/** Receives a file that a caller sends; rejects with a PictureRefusal where it is over the limit. */
export type ReceiveFile = (maxBytes: number) => Promise<ReceivedFile>;

/**
 * Fetches a picture from an address; rejects with a PictureRefusal where that is not allowed or fails. The time is
 * asked for when the fetch begins, which may be after a wait.
 */
export type FetchPicture = (
  address: string,
  options: { maxBytes: number; timeoutMs: () => number },
) => Promise<ReceivedFile>;

/** Bytes of something larger; the last one is part of it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes that are ready to be sent. */
export interface OpenBytes {
  /** How many there are in all. */
  readonly sizeBytes: number;
  /** Those that were chosen; undefined where none were. */
  readonly body: Buffer | Readable | undefined;
}

/** Chooses what is sent of so many bytes: a range, all, or none. */
export type ChooseBytes = (sizeBytes: number) => ByteRange | 'all' | 'none';

/**
 * Variants, by the hash of the picture that they were made of and a name. What is kept may go at any time, for want of
 * room, and is then made again.
 */
export interface VariantStore {
  /** Opens a variant; null where it is not there. */
  open(sha256: string, name: string, choose: ChooseBytes): Promise<OpenBytes | null>;
  /** Reads all of a variant into a buffer; answers how many bytes there are, or null where it is not there or has no room. */
  readInto(sha256: string, name: string, buffer: Buffer): Promise<number | null>;
  /** Resolves when the variant is there for all who ask; whoever is cut off leaves nothing under its name. */
  keep(sha256: string, name: string, bytes: Buffer): Promise<void>;
  /** Resolves when all variants of a picture are gone. */
  erase(sha256: string): Promise<void>;
  /** Brings what is kept within its budget, the least used first, and removes what was made of pictures that are gone. */
  trim(known: (hashes: string[]) => Promise<Set<string>>): Promise<void>;
}
