import type { Image } from './image.ts';
import type { VariantFormat } from './variant.ts';

/**
 * The formats that a client takes, best first. Only those that `Accept` names count: `image/*` is sent by clients that
 * know none but the old ones. What every client can show comes last: PNG for what is lossless or see-through.
 */
export function acceptedFormats(accept: string | undefined, { contentType }: Image): VariantFormat[] {
  const named = new Set((accept ?? '').split(',').map(toNamed));
  const modern = (['avif', 'webp'] as const).filter((format) => named.has(`image/${format}`));
  return [...modern, contentType === 'image/jpeg' ? 'jpeg' : 'png'];
}

/** The media type of one item of `Accept`; undefined where its weight is nought. */
function toNamed(item: string): string | undefined {
  const [type = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
  return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? undefined : type;
}
