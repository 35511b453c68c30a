import { isId } from '@atrium/service-kit';
import { acceptedFormats } from './accepted-format.ts';
import type { Image } from './image.ts';
import type { ImageAddresses } from './image-address.ts';
import { type OpenVariant, tagOf } from './open-variant.ts';
import type { ChooseBytes, ImageStore, OpenBytes, PictureStore } from './ports.ts';
import { recipeFor } from './recipe.ts';
import type { Variant } from './variant.ts';

/** A picture that may be served, and the way to its bytes. */
export interface ServedPicture {
  readonly image: Image;
  readonly contentType: string;
  /** Stands for these bytes and no others. */
  readonly tag: string;
  /** Whether another client may be served another format at the same address. */
  readonly isNegotiated: boolean;
  /** The bytes, made where need be; null where they were erased a moment ago. */
  open(choose: ChooseBytes, deadline: number): Promise<OpenBytes | null>;
}

/** Finds what a signed address stands for; null where that does not exist or the signature is not its own. */
export type FindSignedImage = (
  imageId: string,
  query: string,
  accept: string | undefined,
) => Promise<ServedPicture | null>;

/** Makes the action of the stores that it reads. */
export function createFindSignedImage(
  images: ImageStore,
  pictures: PictureStore,
  openVariant: OpenVariant,
  addresses: ImageAddresses,
): FindSignedImage {
  return async (imageId, query, accept) => {
    const what = isId(imageId) ? addresses.read(imageId, query) : null;
    const image = what && (await images.findImage(imageId));
    if (!image) return null;
    return what === 'original'
      ? serveOriginal(image, images, pictures)
      : serveVariant(image, what, accept, openVariant);
  };
}

function serveOriginal(image: Image, images: ImageStore, pictures: PictureStore): ServedPicture {
  return {
    image,
    contentType: image.contentType,
    tag: image.sha256,
    isNegotiated: false,
    async open(choose) {
      const { sizeBytes } = image;
      const chosen = choose(sizeBytes);
      if (chosen === 'none') return { sizeBytes, body: undefined };
      const body = await pictures.open(image.sha256, chosen === 'all' ? undefined : chosen);
      if (body) return { sizeBytes, body };
      if (await images.findImage(image.id)) throw new Error('the bytes of a stored image are missing');
      return null;
    },
  };
}

function serveVariant(
  image: Image,
  variant: Variant,
  accept: string | undefined,
  openVariant: OpenVariant,
): ServedPicture {
  const recipe = recipeFor(variant, image, acceptedFormats(accept, image));
  return {
    image,
    contentType: `image/${recipe.format}`,
    tag: tagOf(image, recipe),
    isNegotiated: variant.format === undefined,
    open: (choose, deadline) => openVariant(image, recipe, { choose, deadline }),
  };
}
