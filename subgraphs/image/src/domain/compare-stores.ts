import type { ImageStore, PictureStore } from './ports.ts';

/** What rows and bytes did not agree on. */
export interface Disagreement {
  /** How many bytes no row knew; they are erased with the next that nothing refers to. */
  readonly unknownPictures: number;
  /** How many images' bytes are missing; nothing is done about them, for the store may only be away. */
  readonly missingPictures: number;
}

/**
 * Compares what is kept with what is known, both ways. No crash makes them disagree: this finds what a backup, another
 * program or a lost disk did.
 */
export async function compareStores(images: ImageStore, pictures: PictureStore): Promise<Disagreement> {
  let [unknownPictures, missingPictures] = [0, 0];
  for await (const hashes of pictures.list()) {
    if (hashes.length > 0) unknownPictures += await images.adoptPictures(hashes);
  }
  for await (const hashes of images.usedPictures()) {
    for (const sha256 of hashes) {
      // Asked in this order, what is deleted meanwhile is not missing.
      if (!(await pictures.has(sha256)) && (await images.isPictureUsed(sha256))) missingPictures++;
    }
  }
  await images.eraseUnusedPictures(pictures.erase);
  return { unknownPictures, missingPictures };
}
