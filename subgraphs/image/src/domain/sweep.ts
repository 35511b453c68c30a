import type { ImageStore, PictureStore } from './ports.ts';

/** Clears up what interrupted uploads and lapsed keys have left; safe to run in any number of processes. */
export async function sweep(images: ImageStore, pictures: PictureStore): Promise<void> {
  await images.forgetLapsed();
  await pictures.clearAbandoned();
  await images.eraseUnusedPictures(pictures.erase);
}
