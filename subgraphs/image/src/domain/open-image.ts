import type { Readable } from 'node:stream';
import { isId } from '@atrium/service-kit';
import type { Image } from './image.ts';
import type { ImageAddresses } from './image-address.ts';
import type { ImageStore, PictureStore } from './ports.ts';

/** An image whose bytes may be served, and the way to them. */
export interface OpenImage {
  readonly image: Image;
  /** The bytes; null where they were erased a moment ago. */
  open(): Promise<Readable | null>;
}

/** Finds the image of a signed address; null where it does not exist or the signature is not its own. */
export type FindSignedImage = (imageId: string, signature: string) => Promise<OpenImage | null>;

/** Makes the action of the stores that it reads. */
export function createFindSignedImage(
  images: ImageStore,
  pictures: PictureStore,
  addresses: ImageAddresses,
): FindSignedImage {
  return async (imageId, signature) => {
    if (!isId(imageId) || !addresses.isSigned(imageId, signature)) return null;
    const image = await images.findImage(imageId);
    if (!image) return null;
    return {
      image,
      async open() {
        const stream = await pictures.open(image.sha256);
        if (!stream && (await images.findImage(imageId))) throw new Error('the bytes of a stored image are missing');
        return stream;
      },
    };
  };
}
