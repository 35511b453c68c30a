import { isId } from '@atrium/service-kit';
import { findAvatar, listImages } from '../domain/find-images.ts';
import type { UserResolvers } from './generated/schema.ts';

/** What Image adds to a user. Any id will do, because whether the user exists is for Profile to say. */
export const User: UserResolvers = {
  __resolveReference: ({ id }) => (isId(id) ? { id } : null),
  avatar: ({ id }, _args, { asker }) => findAvatar(asker, id),
  images: ({ id }, args, { asker }) => listImages(asker, id, args),
};
