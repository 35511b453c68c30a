import sharp from 'sharp';
import type { Image } from './image.ts';
import type { Recipe } from './recipe.ts';
import { kitchen } from './render-variant.ts';

/** The longest side of a copy, in pixels. */
const sidePixels = 1_024;
/** Photographs from this size on have a copy: it is decoded in a third of the time and less. */
const worthwhilePixels = 4_000_000;
/** How many times as large as a variant the copy is at least, so that nothing of it is seen. */
const margin = 1.5;
/** Who asks for more quality than this, or for PNG, gets all that the original has. */
const maxQuality = 90;

/** More than any copy takes. */
export const maxCopyBytes = 2 * 1024 * 1024;

/** What a copy is kept as, beside the variants; it changes with the bytes that are made. */
export const copyName = `${kitchen}-copy${sidePixels}.jpeg`;

/**
 * Whether a large photograph has a smaller copy, from which its small variants are made: most of the time of a variant
 * is the decode of what it is made from.
 */
export function hasCopy({ contentType, width, height }: Pick<Image, 'contentType' | 'width' | 'height'>): boolean {
  return contentType === 'image/jpeg' && width * height >= worthwhilePixels;
}

/** Whether a variant is made from the copy. It always is or never, so that its bytes are the same whoever makes it. */
export function isMadeFromCopy(image: Image, { width, height, quality }: Recipe): boolean {
  if (!hasCopy(image) || quality > maxQuality) return false;
  const scale = Math.max(width / image.width, height / image.height);
  return scale * margin <= sidePixels / Math.max(image.width, image.height);
}

/** Makes the copy of a stored photograph; rejects as sharp does where it takes longer than that. */
export function makeCopy(stored: Buffer, timeoutMs: number): Promise<Buffer> {
  return sharp(stored, { sequentialRead: true, failOn: 'error' })
    .timeout({ seconds: Math.ceil(timeoutMs / 1_000) })
    .resize(sidePixels, sidePixels, { fit: 'inside' })
    .jpeg({ quality: 92 })
    .toBuffer();
}
