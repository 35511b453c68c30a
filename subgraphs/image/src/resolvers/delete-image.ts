import type { MutationResolvers } from './generated/schema.ts';

/** Mutation.deleteImage. */
export const deleteImage: MutationResolvers['deleteImage'] = (_parent, { input }, { asker, actions }) =>
  actions.deleteImage(asker, input);
