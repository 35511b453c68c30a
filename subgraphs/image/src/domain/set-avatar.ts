import { isId } from '@atrium/service-kit';
import { requireImageWrite } from './policy.ts';
import type { Asker, ImageStore } from './ports.ts';
import type { UserReference } from './user.ts';
import { inputError, type UserError, unknownUser } from './user-error.ts';

/** The user with the new avatar, or what to mend. */
export interface SetAvatarOutcome {
  readonly user: UserReference | null;
  readonly userErrors: UserError[];
}

/** Makes one of the user's images their avatar; without an image it takes the avatar away. */
export type SetAvatar = (
  asker: Asker,
  input: { readonly userId: string; readonly imageId?: string | null | undefined },
) => Promise<SetAvatarOutcome>;

/** Makes the action of the store that it changes. */
export function createSetAvatar(images: ImageStore): SetAvatar {
  return async (asker, { userId, imageId }) => {
    requireImageWrite(asker.caller);
    if (!isId(userId) || !(await asker.people.exists(userId))) return { user: null, userErrors: [unknownUser()] };
    if (imageId == null) await images.removeAvatar(userId);
    else if (!isId(imageId) || !(await images.setAvatar(userId, imageId))) {
      const message = 'The user has no image with this id. Upload it first, or choose one of theirs.';
      return { user: null, userErrors: [inputError('imageId', 'NOT_FOUND', message)] };
    }
    asker.images.refresh();
    return { user: { id: userId }, userErrors: [] };
  };
}
