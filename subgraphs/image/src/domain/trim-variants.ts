import type { ImageStore, VariantStore } from './ports.ts';

/** A trim of the variants for whoever asks: one at a time, and those who ask meanwhile share the next one. */
export function createTrimVariants(images: ImageStore, variants: VariantStore): () => Promise<void> {
  let running = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running
      .catch(() => {})
      .then(() => {
        running = next ?? running;
        next = undefined;
        return variants.trim((hashes) => images.knownPictures(hashes));
      });
    return next;
  };
}
