import type { CreateUsersResultResolvers } from './generated/schema.ts';

/** One user of a batch. A fault of ours costs that user alone: it is an error at their place, and the others stand. */
export const CreateUsersResult: CreateUsersResultResolvers = {
  user: (outcome) => {
    if ('failure' in outcome) throw outcome.failure;
    return outcome.ok ? outcome.value : null;
  },
  userErrors: (outcome) => ('errors' in outcome ? outcome.errors : []),
};
