import type { PictureStore, VariantStore } from './ports.ts';

/** The store of pictures, from which none is erased without all that was made of it. */
export function eraseWithVariants(pictures: PictureStore, variants: VariantStore): PictureStore {
  return {
    ...pictures,
    async erase(sha256) {
      await variants.erase(sha256);
      await pictures.erase(sha256);
    },
  };
}
