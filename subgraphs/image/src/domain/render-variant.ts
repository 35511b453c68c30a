import { PublicError } from '@atrium/service-kit';
import sharp, { type Sharp } from 'sharp';
import type { Recipe } from './recipe.ts';

/**
 * Changes with all that makes the same recipe give other bytes, the encoders included: what was made before is then
 * neither found nor taken for the same by caches.
 */
export const kitchen = `2-${sharp.versions.sharp}-${sharp.versions.vips}`;

/** Makes a variant of a stored picture, or of its copy. Rejects with TIMEOUT where it takes longer than that. */
export async function renderVariant(picture: Buffer, recipe: Recipe, timeoutMs: number): Promise<Buffer> {
  const { width, height, cover } = recipe;
  // Stored pictures were judged when they came in; sharp's own limit of pixels is the highest that could be set then.
  const resized = sharp(picture, { sequentialRead: true, failOn: 'error' })
    .timeout({ seconds: Math.ceil(timeoutMs / 1_000) })
    .resize(width, height, { fit: cover ? 'cover' : 'fill' });
  return encode(resized, recipe).toBuffer().catch(refuseSlow);
}

/** Tells by a public error that sharp ran out of time. */
export function refuseSlow(cause: unknown): never {
  if (cause instanceof Error && /^timeout: /.test(cause.message)) {
    throw new PublicError('TIMEOUT', 'This variant takes too long to make. Ask for a smaller one.', { cause });
  }
  throw cause;
}

/** The numbers at which AVIF looks as JPEG does at 30, 40 … 100. */
const avifQualities = [24, 29, 34, 39, 44, 50, 63, 90];

// mozjpeg, and efforts above these, take two to ten times as long for some per cent of the bytes: see BENCHMARKS.md.
function encode(picture: Sharp, { format, quality }: Recipe): Sharp {
  switch (format) {
    case 'avif':
      return picture.avif({ quality: avifQualities[quality / 10 - 3] ?? 50, effort: 1 });
    case 'webp':
      return picture.webp({ quality, effort: 2 });
    case 'png':
      return picture.png({ compressionLevel: 6 });
    case 'jpeg':
      // JPEG has no transparency, and nothing would be black.
      return picture.flatten({ background: 'white' }).jpeg({ quality });
  }
}
