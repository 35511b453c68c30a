import { fileTypeFromBuffer } from 'file-type';
import { PictureRefusal } from './user-error.ts';

/** The decoder that a picture's bytes call for, in libvips' words. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'heif' | 'tiff';

// HEIC, raw photographs and SVG are left out: patents, decoders with a bad record, and scripts.
const formats: Record<string, PictureFormat> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/apng': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'heif',
  'image/tiff': 'tiff',
};

/** Tells a picture's format from its bytes alone: names and media types are what somebody claims. */
export async function sniffPictureFormat(bytes: Buffer): Promise<PictureFormat> {
  const mime = (await fileTypeFromBuffer(bytes).catch(() => undefined))?.mime;
  // A TIFF is told from raw photographs by its directory, which stands at the end: without one it is a TIFF cut short.
  const format = mime === undefined && isTiff(bytes) ? 'tiff' : formats[mime ?? ''];
  if (format) return format;
  throw refuseType();
}

/** The format that a media type names, where pictures of it are taken in. */
export function formatOf(contentType: string): PictureFormat | undefined {
  return Object.hasOwn(formats, contentType) ? formats[contentType] : undefined;
}

/** The refusal of what is no picture that is taken in. */
export function refuseType(): PictureRefusal {
  return new PictureRefusal('IMAGE_TYPE_NOT_ALLOWED', 'Send a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.');
}

function isTiff(bytes: Buffer): boolean {
  return ['II*\0', 'MM\0*'].includes(bytes.toString('latin1', 0, 4));
}
