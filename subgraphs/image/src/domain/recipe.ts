import type { Image } from './image.ts';
import { maxVariantSide, type Variant, type VariantFormat } from './variant.ts';

/** What is made of a picture, to the pixel. Wishes that come to the same have the same recipe. */
export interface Recipe {
  readonly width: number;
  readonly height: number;
  /** Crops what hangs over; otherwise both sides follow from the picture's own. */
  readonly cover: boolean;
  readonly format: VariantFormat;
  readonly quality: number;
}

/** AVIF's encoder takes 27 bytes of memory a pixel, ten times as much as the others. */
const maxAvifPixels = 4_000_000;
const usualQuality = 80;

/** The recipe of a variant for a client that takes these formats, best first. Nothing is ever enlarged. */
export function recipeFor(variant: Variant, image: Image, accepted: readonly VariantFormat[]): Recipe {
  const size = sizeOf(variant, image);
  const { cover, quality = usualQuality } = variant;
  const isLarge = size.width * size.height > maxAvifPixels;
  const format = variant.format ?? accepted.find((each) => each !== 'avif' || !isLarge) ?? 'jpeg';
  const made = format === 'avif' && isLarge ? atMostAvif(size) : size;
  return { ...made, cover, format, quality: format === 'png' ? 100 : quality };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function sizeOf({ width = maxVariantSide, height = maxVariantSide, cover }: Variant, image: Size): Size {
  if (cover) {
    // A box that the picture cannot fill shrinks with its ratio kept.
    return scaled({ width, height }, Math.min(1, image.width / width, image.height / height));
  }
  return scaled(image, Math.min(1, width / image.width, height / image.height));
}

function atMostAvif({ width, height }: Size): Size {
  const scale = Math.sqrt(maxAvifPixels / (width * height));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

function scaled({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
