import { isId, type PageArguments, readPage, toConnection } from '@atrium/service-kit';
import type { Image, ImagePage } from './image.ts';
import { requireImageRead } from './policy.ts';
import type { Asker } from './ports.ts';

/** The image with this id; null where there is none, or where this can be no id. */
export async function findImage({ caller, images }: Asker, id: string): Promise<Image | null> {
  requireImageRead(caller);
  return isId(id) ? images.imageById(id.toLowerCase()) : null;
}

/** The image that stands for a user, if one does. */
export async function findAvatar({ caller, images }: Asker, userId: string): Promise<Image | null> {
  requireImageRead(caller);
  return isId(userId) ? images.avatarOf(userId.toLowerCase()) : null;
}

/** A page of a user's images, newest first. */
export async function listImages({ caller, images }: Asker, userId: string, args: PageArguments): Promise<ImagePage> {
  requireImageRead(caller);
  const page = readPage(args);
  const ownerId = userId.toLowerCase();
  const rows = isId(userId) ? await images.imagesOf(ownerId, page) : [];
  return { ...toConnection(rows, page), ownerId };
}

/** How many images there are in the list that a page belongs to. */
export async function countImages({ caller, images }: Asker, { ownerId }: ImagePage): Promise<number> {
  requireImageRead(caller);
  return isId(ownerId) ? images.countOf(ownerId) : 0;
}
