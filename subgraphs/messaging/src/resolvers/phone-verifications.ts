import { boundBatch } from './batch.ts';
import type { Resolvers } from './generated/schema.ts';

type Mutation = NonNullable<Resolvers['Mutation']>;

/** Mutation.startPhoneVerifications. */
export const startPhoneVerifications: Mutation['startPhoneVerifications'] = (_, { inputs }, { caller, actions }) =>
  actions.startPhoneVerifications(caller, boundBatch(inputs));

/** Mutation.checkPhoneVerification. */
export const checkPhoneVerification: Mutation['checkPhoneVerification'] = (_, { inputs }, { caller, actions }) =>
  actions.checkPhoneVerification(caller, boundBatch(inputs));
