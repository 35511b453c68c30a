import { countImages, findImage } from '../domain/find-images.ts';
import { toVariant } from '../domain/variant.ts';
import type { ImageConnectionResolvers, ImageResolvers, QueryResolvers } from './generated/schema.ts';

/** Query.image. */
export const image: QueryResolvers['image'] = (_parent, { id }, { asker }) => findImage(asker, id);

/** The fields of an image that are not simply there. */
export const Image: ImageResolvers = {
  __resolveReference: ({ id }, { asker }) => findImage(asker, id),
  owner: ({ ownerId }) => ({ id: ownerId }),
  url: ({ id }, { variant }, { actions }) => actions.addresses.addressOf(id, variant ? toVariant(variant) : 'original'),
};

/** A page counts its list only when asked to. */
export const ImageConnection: ImageConnectionResolvers = {
  totalCount: (page, _args, { asker }) => countImages(asker, page),
};
