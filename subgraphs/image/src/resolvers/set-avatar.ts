import type { MutationResolvers } from './generated/schema.ts';

/** Mutation.setAvatar. */
export const setAvatar: MutationResolvers['setAvatar'] = (_parent, { input }, { asker, actions }) =>
  actions.setAvatar(asker, input);
