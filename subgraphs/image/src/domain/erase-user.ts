import type { UserEvent } from '@atrium/service-kit';
import type { ImageStore, PictureStore } from './ports.ts';

/** Takes events about users: whoever is deleted is erased here, rows and bytes, before the event counts as taken. */
export type TakeEvents = (events: UserEvent[]) => Promise<void>;

/** Makes the action of the stores that it erases from. */
export function createTakeEvents(images: ImageStore, pictures: PictureStore): TakeEvents {
  return async (events) => {
    // Only Profile can say this of a user: no other sister is believed.
    const deletions = events.filter(({ source, type }) => source === '/profile' && type === 'user.deleted');
    if (deletions.length === 0) return;
    for (const { source, id, subject } of deletions) await images.eraseUser({ source, id, userId: subject });
    // Where bytes could not be erased the sender is told to offer the events again, and they are tried anew.
    await images.eraseUnusedPictures(pictures.erase);
  };
}
