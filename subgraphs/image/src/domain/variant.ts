import { PublicError } from '@atrium/service-kit';

/** What a variant of a picture may be encoded as. */
export type VariantFormat = 'avif' | 'webp' | 'jpeg' | 'png';

/** How a variant is asked for. */
export interface VariantWish {
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
  readonly fit?: 'COVER' | 'CONTAIN' | null | undefined;
  readonly format?: 'AVIF' | 'WEBP' | 'JPEG' | 'PNG' | null | undefined;
  readonly quality?: number | null | undefined;
}

/** A variant that is served: its sides and its quality are rungs of the ladders. */
export interface Variant {
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Fills a box of both sides and crops what hangs over; otherwise the whole picture lies within what is given. */
  readonly cover: boolean;
  /** Undefined leaves it to what the client accepts. */
  readonly format: VariantFormat | undefined;
  /** On JPEG's scale; undefined where it is left to us, and for PNG, which loses nothing. */
  readonly quality: number | undefined;
}

/** The longest side of a variant, in pixels. */
export const maxVariantSide = 4_096;

/**
 * The sides that variants have: those that pages use, close enough that nobody is sent much more than asked for, and few
 * enough that whoever can ask for addresses cannot have every one of 4,096 widths made and kept.
 */
const sideLadder = [
  16, 24, 32, 40, 48, 64, 72, 80, 96, 120, 128, 144, 160, 192, 200, 240, 256, 300, 320, 360, 384, 400, 480, 512, 540,
  600, 640, 720, 768, 800, 900, 960, 1_024, 1_080, 1_200, 1_280, 1_440, 1_600, 1_920, 2_048, 2_160, 2_560, 3_072, 3_840,
  4_096,
] as const;

/** The qualities that variants have. */
const qualityLadder = [30, 40, 50, 60, 70, 80, 90, 100] as const;

/** The variant that a wish stands for, each number snapped to the next rung above it; throws where one is out of range. */
export function toVariant(wish: VariantWish): Variant {
  const width = snapped('width', wish.width, sideLadder);
  const height = snapped('height', wish.height, sideLadder);
  const quality = snapped('quality', wish.quality, qualityLadder);
  const format = wish.format?.toLowerCase() as VariantFormat | undefined;
  return {
    width,
    height,
    // With one side alone there is nothing to crop.
    cover: wish.fit !== 'CONTAIN' && width !== undefined && height !== undefined,
    format,
    quality: format === 'png' ? undefined : quality,
  };
}

function snapped(name: string, wished: number | null | undefined, ladder: readonly number[]): number | undefined {
  if (wished === null || wished === undefined) return undefined;
  const top = ladder.at(-1) as number;
  if (wished < 1 || wished > top) {
    throw new PublicError('BAD_USER_INPUT', `The ${name} of a variant must be from 1 to ${top}.`);
  }
  return ladder.find((rung) => rung >= wished);
}

/** A variant as its address writes it; the same variant is always the same text. */
export function writeVariant({ width, height, cover, format, quality }: Variant): string {
  return [
    ...(width === undefined ? [] : [`w=${width}`]),
    ...(height === undefined ? [] : [`h=${height}`]),
    ...(cover ? ['fit=cover'] : []),
    `f=${format ?? 'auto'}`,
    ...(quality === undefined ? [] : [`q=${quality}`]),
  ].join('&');
}

const variantForm = /^(?:w=(\d{1,4})&)?(?:h=(\d{1,4})&)?(fit=cover&)?f=(auto|avif|webp|jpeg|png)(?:&q=(\d{1,3}))?$/;

/** Reads what `writeVariant` wrote; null for anything else. */
export function readVariant(text: string): Variant | null {
  const parts = variantForm.exec(text);
  if (!parts) return null;
  const [, width, height, cover, format, quality] = parts;
  return {
    width: width === undefined ? undefined : Number(width),
    height: height === undefined ? undefined : Number(height),
    cover: cover !== undefined,
    format: format === 'auto' ? undefined : (format as VariantFormat),
    quality: quality === undefined ? undefined : Number(quality),
  };
}
