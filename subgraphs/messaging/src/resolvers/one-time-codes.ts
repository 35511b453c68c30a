import type { Resolvers } from './generated/schema.ts';

type Mutation = NonNullable<Resolvers['Mutation']>;

/** Mutation.sendOneTimeCode. */
export const sendOneTimeCode: Mutation['sendOneTimeCode'] = (_, { input }, context) => {
  const { caller, actions, findContact, request } = context;
  return actions.sendOneTimeCode({ caller, findContact, clientAddress: request.clientAddress }, input);
};

/** Mutation.checkOneTimeCode. */
export const checkOneTimeCode: Mutation['checkOneTimeCode'] = (_, { input }, { caller, actions, findContact }) =>
  actions.checkOneTimeCode({ caller, findContact }, input);
