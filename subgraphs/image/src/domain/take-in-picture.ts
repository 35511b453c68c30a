import { createHash } from 'node:crypto';
import { PublicError } from '@atrium/service-kit';
import sharp, { type Metadata, type OutputInfo, type Sharp, type SharpOptions } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { BoundedWork } from './bounded-work.ts';
import type { Picture } from './image.ts';
import { type PictureFormat, sniffPictureFormat } from './picture-type.ts';
import type { ReceivedFile } from './ports.ts';
import { hasCopy, makeCopy } from './smaller-copy.ts';
import { PictureRefusal, tooLarge } from './user-error.ts';

/** What a picture may cost. */
export interface PictureLimits {
  readonly maxBytes: number;
  readonly maxPixels: number;
  readonly maxFrames: number;
  readonly decodeTimeoutMs: number;
}

/**
 * Turns bytes of unknown origin into a picture that may be stored; rejects with a PictureRefusal. The file is read and
 * `timeLeftMs` is asked, which may throw, when the picture's turn to be decoded has come. Where a format was `announced`, bytes of another
 * are refused.
 */
export type TakeInPicture = (
  file: Pick<ReceivedFile, 'sizeBytes' | 'read'>,
  timeLeftMs: () => number,
  announced?: PictureFormat,
) => Promise<Picture>;

/** The longest side that every output format can have; WebP's is the shortest. */
const maxSidePixels = 16_383;
/** ThumbHash takes pictures up to this size. */
const thumbSidePixels = 100;

// Whatever a file pretends to be, libvips is left with the decoders of the formats that are taken in.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'].map((name) => `VipsForeignLoad${name}Buffer`),
});
// No two uploads are alike, so a cache of operations would only hold on to memory.
sharp.cache(false);

/**
 * The one way in for every picture. Type and limits are judged from the header before anything is decoded; the pixels
 * are then turned upright, brought to sRGB and encoded anew, with which every kind of metadata and all that was hidden
 * behind the picture is gone. The encoders' settings are fixed: the same bytes give the same hash, however they came.
 */
export function createTakeInPicture(limits: PictureLimits, inTurn: BoundedWork): TakeInPicture {
  return async (file, timeLeftMs, announced) => {
    if (file.sizeBytes === 0) throw new PictureRefusal('REQUIRED', 'The picture is empty. Send one that has bytes.');
    if (file.sizeBytes > limits.maxBytes) throw tooLarge(limits.maxBytes);
    return inTurn(async () => {
      const decodeTimeoutMs = Math.min(limits.decodeTimeoutMs, timeLeftMs());
      const bytes = await file.read();
      const format = await sniffPictureFormat(bytes);
      if (announced && announced !== format) {
        throw new PictureRefusal('IMAGE_TYPE_NOT_ALLOWED', 'The bytes are of another type than was announced.');
      }
      return decode(bytes, format, { ...limits, decodeTimeoutMs });
    });
  };
}

async function decode(bytes: Buffer, format: PictureFormat, limits: PictureLimits): Promise<Picture> {
  const options: SharpOptions = {
    limitInputPixels: limits.maxPixels,
    failOn: 'error',
    sequentialRead: true,
    // Pictures of people are stills: of an animation the first frame is kept.
    pages: 1,
  };
  const seconds = Math.ceil(limits.decodeTimeoutMs / 1_000);
  // Of a header that declares too much the size is wanted, for the refusal to name; nothing is decoded for it.
  const header = await sharp(bytes, { ...options, limitInputPixels: false })
    .metadata()
    .catch(refuseCorrupt);
  judgeHeader(header, format, limits);
  const upright = sharp(bytes, options).timeout({ seconds }).autoOrient();
  const encoded = await encode(upright, format, header.hasAlpha).catch(refuseCorrupt);
  const { width, height } = encoded.info;
  const contentType = `image/${encoded.info.format}`;
  const copy = hasCopy({ contentType, width, height })
    ? await makeCopy(encoded.data, limits.decodeTimeoutMs).catch(refuseCorrupt)
    : undefined;
  return {
    bytes: encoded.data,
    sha256: createHash('sha256').update(encoded.data).digest('hex'),
    width,
    height,
    contentType,
    thumbhash: await thumbhashOf(copy ?? encoded.data),
    copy,
  };
}

function judgeHeader(header: Metadata, format: PictureFormat, limits: PictureLimits): void {
  const { width, height, pages = 1 } = header;
  if (header.format !== format || (format === 'heif' && header.compression !== 'av1')) throw corrupt();
  if (width * height > limits.maxPixels) {
    const megapixels = Math.floor(limits.maxPixels / 100_000) / 10;
    throw new PictureRefusal(
      'IMAGE_TOO_MANY_PIXELS',
      `The picture has more than ${megapixels} megapixels. Scale it down.`,
    );
  }
  if (Math.max(width, height) > maxSidePixels) {
    const message = `The picture is wider or higher than ${maxSidePixels} pixels. Scale it down.`;
    throw new PictureRefusal('IMAGE_TOO_MANY_PIXELS', message);
  }
  if (pages > limits.maxFrames) {
    const message = `The picture has more than ${limits.maxFrames} frames. Send a still or a shorter animation.`;
    throw new PictureRefusal('IMAGE_TOO_MANY_FRAMES', message);
  }
}

/**
 * What is lossless stays so as PNG; photographs become JPEG, of a quality that later variants can be made from; what is
 * see-through, and is neither, becomes WebP, since JPEG has no transparency and PNG would be many times its size.
 */
function encode(upright: Sharp, format: PictureFormat, hasAlpha: boolean): Promise<{ data: Buffer; info: OutputInfo }> {
  if (format === 'png' || format === 'gif') {
    return upright.png({ compressionLevel: 6, adaptiveFiltering: true }).toBuffer({ resolveWithObject: true });
  }
  if (hasAlpha) return upright.webp({ quality: 90, alphaQuality: 90, effort: 4 }).toBuffer({ resolveWithObject: true });
  // Codes fitted to the picture would spare a twentieth of the bytes and hold all of its coefficients in memory: 3 bytes a pixel.
  const options = { quality: 90, chromaSubsampling: '4:2:0', optimiseCoding: false };
  return upright.jpeg(options).toBuffer({ resolveWithObject: true });
}

async function thumbhashOf(picture: Buffer): Promise<string> {
  const { data, info } = await sharp(picture, { sequentialRead: true })
    .resize(thumbSidePixels, thumbSidePixels, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}

function corrupt(cause?: unknown): PictureRefusal {
  const message = 'The picture is damaged or incomplete. Save it anew and send it again.';
  return new PictureRefusal('IMAGE_CORRUPT', message, { cause });
}

/** Whatever the decoder stumbles on is the picture's fault, except that there was too little time. */
function refuseCorrupt(cause: unknown): never {
  if (cause instanceof Error && /^timeout: /.test(cause.message)) {
    throw new PublicError('TIMEOUT', 'The picture takes too long to decode. Send a smaller one.', { cause });
  }
  throw corrupt(cause);
}
