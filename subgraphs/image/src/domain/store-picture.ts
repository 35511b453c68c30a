import type { Picture } from './image.ts';
import type { ImageStore, NewImageOptions, PictureStore, SaveOutcome, VariantStore } from './ports.ts';
import { copyName } from './smaller-copy.ts';

/** What storing is made of. */
export interface StorePictureParts {
  readonly images: ImageStore;
  readonly pictures: PictureStore;
  readonly variants: VariantStore;
  /** Told what went wrong where the caller's answer does not depend on it. */
  readonly reportFault: (error: unknown) => void;
}

/** Whose image it becomes, and what is saved with it. */
export interface PictureOwner extends Omit<NewImageOptions, 'reservationId'> {
  readonly id: string;
  readonly userId: string;
  readonly alt: string | null;
}

/**
 * Stores a picture as a user's image. Bytes first, then the row: nobody is answered with an image whose bytes could be
 * lost. The reservation keeps the bytes from being erased in between, and what ends without an image leaves no bytes
 * either. `stillWanted` is asked before each of the two, and may throw.
 */
export async function storePicture(
  { images, pictures, variants, reportFault }: StorePictureParts,
  { bytes, copy, ...picture }: Picture,
  owner: PictureOwner,
  stillWanted: () => unknown,
): Promise<SaveOutcome> {
  const { id, userId, alt, ...options } = owner;
  stillWanted();
  const reservationId = await images.reservePicture(picture.sha256);
  let saved: SaveOutcome | undefined;
  try {
    await pictures.keep(picture.sha256, bytes);
    // It can be made again.
    if (copy) await variants.keep(picture.sha256, copyName, copy).catch(reportFault);
    stillWanted();
    const image = { id, ownerId: userId, alt, sizeBytes: bytes.length, ...picture };
    saved = await images.saveImage(image, { reservationId, ...options });
    return saved;
  } finally {
    // Whatever cannot be cleared up now, the next sweep finds.
    if (saved?.outcome !== 'saved') await giveUp(images, pictures, reservationId, picture.sha256).catch(reportFault);
  }
}

async function giveUp(
  images: ImageStore,
  pictures: PictureStore,
  reservationId: string,
  sha256: string,
): Promise<void> {
  await images.releasePicture(reservationId, sha256);
  await images.eraseUnusedPictures(pictures.erase, sha256);
}
