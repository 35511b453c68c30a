import type { Resolvers } from './generated/schema.ts';

type Mutation = NonNullable<Resolvers['Mutation']>;

/** Mutation.sendOneTimeCode. */
export const sendOneTimeCode: Mutation['sendOneTimeCode'] = (_, { input }, { caller, actions, findContact }) =>
  actions.sendOneTimeCode({ caller, findContact }, input);

/** Mutation.checkOneTimeCode. */
export const checkOneTimeCode: Mutation['checkOneTimeCode'] = (_, { input }, { caller, actions }) =>
  actions.checkOneTimeCode(caller, input);
