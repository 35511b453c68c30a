import { isId } from '@atrium/service-kit';
import { requireImageWrite } from './policy.ts';
import type { Asker, ImageStore, PictureStore } from './ports.ts';
import { inputError, type UserError } from './user-error.ts';

/** The id of the image that is gone, or what to mend. */
export interface DeleteImageOutcome {
  readonly deletedImageId: string | null;
  readonly userErrors: UserError[];
}

/**
 * Deletes an image, which stops being its owner's avatar too. Its bytes go with the last image that has them; where
 * they cannot be erased at once, a sweep does it.
 */
export type DeleteImage = (asker: Asker, input: { readonly id: string }) => Promise<DeleteImageOutcome>;

/** What deleting is made of. */
export interface DeleteImageParts {
  readonly images: ImageStore;
  readonly pictures: PictureStore;
  /** Told what went wrong where the caller's answer does not depend on it. */
  readonly reportFault: (error: unknown) => void;
}

/** Makes the action of the stores that it deletes from. */
export function createDeleteImage({ images, pictures, reportFault }: DeleteImageParts): DeleteImage {
  return async (asker, input) => {
    requireImageWrite(asker.caller);
    const id = input.id.toLowerCase();
    const deleted = isId(id) ? await images.deleteImage(id) : null;
    if (!deleted) {
      const message = 'There is no image with this id. It may have been deleted already.';
      return { deletedImageId: null, userErrors: [inputError('id', 'NOT_FOUND', message)] };
    }
    asker.images.refresh();
    await images.eraseUnusedPictures(pictures.erase, deleted.sha256).catch(reportFault);
    return { deletedImageId: id, userErrors: [] };
  };
}
