import { createHash } from 'node:crypto';
import { PublicError } from '@atrium/service-kit';
import type { Image } from './image.ts';
import { LentBuffers } from './lent-buffers.ts';
import type { MakeInTurn } from './make-in-turn.ts';
import type { ChooseBytes, ImageStore, OpenBytes, PictureStore, VariantStore } from './ports.ts';
import type { Recipe } from './recipe.ts';
import { kitchen, refuseSlow, renderVariant } from './render-variant.ts';
import { copyName, isMadeFromCopy, makeCopy, maxCopyBytes } from './smaller-copy.ts';
import type { VariantCounts } from './variant-counts.ts';

/** What variants are made of and kept in. */
export interface VariantParts {
  readonly images: ImageStore;
  readonly pictures: PictureStore;
  readonly variants: VariantStore;
  readonly makeInTurn: MakeInTurn;
  readonly decodeTimeoutMs: number;
  readonly counts: VariantCounts;
}

/** Opens a variant, which is made where it is not kept; null where the picture has gone meanwhile. */
export type OpenVariant = (
  image: Image,
  recipe: Recipe,
  wanted: { choose: ChooseBytes; deadline: number },
) => Promise<OpenBytes | null>;

/** How often a variant is made for somebody from whom it is taken away before they could open it. */
const tries = 3;

/**
 * Makes the action. However many ask for a variant at once, it is made by one decode; those of different owners are made
 * in turn.
 */
export function createOpenVariant(parts: VariantParts): OpenVariant {
  const { variants, counts } = parts;
  const buffers = new LentBuffers();
  const underWay = new Map<string, Promise<boolean>>();

  function makeOnce(image: Image, recipe: Recipe, deadline: number): Promise<boolean> {
    const key = `${image.sha256}/${nameOf(recipe)}`;
    const known = underWay.get(key);
    if (known) {
      counts.shared++;
      return known;
    }
    const making = parts
      .makeInTurn({ caller: image.ownerId, deadline }, () => make(parts, image, recipe, buffers))
      .finally(() => underWay.delete(key));
    underWay.set(key, making);
    return making;
  }

  return async (image, recipe, { choose, deadline }) => {
    for (let attempt = 0; attempt < tries; attempt++) {
      const found = await variants.open(image.sha256, nameOf(recipe), choose);
      if (found) {
        if (attempt === 0) counts.found++;
        return found;
      }
      if (!(await makeOnce(image, recipe, deadline))) return null;
    }
    throw new PublicError('OVERLOADED', 'There is no room to keep this variant. Try again in a moment.', {
      retryAfterMs: 1_000,
    });
  };
}

/** Makes and keeps a variant; false where the picture has gone meanwhile. */
async function make(parts: VariantParts, image: Image, recipe: Recipe, buffers: LentBuffers): Promise<boolean> {
  const { images, variants, counts } = parts;
  const bytes = await render(parts, image, recipe, buffers);
  if (!bytes) return missing(images, image);
  counts.made++;
  await variants.keep(image.sha256, nameOf(recipe), bytes);
  // Whoever erases the picture from now on finds the variant; whoever did so before may have missed it.
  if (await images.findImage(image.id)) return true;
  await variants.erase(image.sha256);
  return false;
}

/** Makes a variant of the picture or of its copy, which is made anew where it is not kept; null where there is no picture. */
async function render(
  { pictures, variants, decodeTimeoutMs, counts }: VariantParts,
  image: Image,
  recipe: Recipe,
  buffers: LentBuffers,
): Promise<Buffer | null> {
  const { sha256 } = image;
  const variantOf = (picture: Buffer) => renderVariant(picture, recipe, decodeTimeoutMs);
  const ofOriginal = (work: (picture: Buffer) => Promise<Buffer>) =>
    buffers.lend(image.sizeBytes, async (buffer) => {
      const sizeBytes = await pictures.readInto(sha256, buffer);
      return sizeBytes === null ? null : work(buffer.subarray(0, sizeBytes));
    });
  if (!isMadeFromCopy(image, recipe)) return ofOriginal(variantOf);

  const ofCopy = await buffers.lend(maxCopyBytes, async (buffer) => {
    const sizeBytes = await variants.readInto(sha256, copyName, buffer);
    return sizeBytes === null ? null : variantOf(buffer.subarray(0, sizeBytes));
  });
  if (ofCopy) return ofCopy;
  const copy = await ofOriginal((picture) => makeCopy(picture, decodeTimeoutMs).catch(refuseSlow));
  if (!copy) return null;
  counts.copied++;
  await variants.keep(sha256, copyName, copy);
  return variantOf(copy);
}

async function missing(images: ImageStore, image: Image): Promise<false> {
  if (await images.findImage(image.id)) throw new Error('the bytes of a stored image are missing');
  return false;
}

/** What a variant is kept as. */
function nameOf({ width, height, cover, format, quality }: Recipe): string {
  return `${kitchen}-${width}x${height}${cover ? 'c' : ''}-q${quality}.${format}`;
}

/** The tag of a variant's bytes, known before they are made. */
export function tagOf(image: Image, recipe: Recipe): string {
  return createHash('sha256')
    .update(`${image.sha256}/${nameOf(recipe)}`)
    .digest('base64url');
}
