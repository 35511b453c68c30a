import type { MutationResolvers } from './generated/schema.ts';

/** Mutation.createImageUpload. */
export const createImageUpload: MutationResolvers['createImageUpload'] = (_parent, { input }, { asker, actions }) =>
  actions.createImageUpload(asker, input);
