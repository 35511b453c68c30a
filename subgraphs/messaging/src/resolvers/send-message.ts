import type { Resolvers } from './generated/schema.ts';

/** Mutation.sendMessage. */
export const sendMessage: NonNullable<Resolvers['Mutation']>['sendMessage'] = (_, { input }, context) => {
  const { caller, actions, findContact } = context;
  return actions.sendMessage({ caller, findContact }, input);
};
