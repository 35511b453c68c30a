import { mustReadMessages } from '../domain/policy.ts';
import type { Resolvers } from './generated/schema.ts';

/** Query.message. */
export const message: NonNullable<Resolvers['Query']>['message'] = (_, { id }, { caller, loaders }) => {
  mustReadMessages(caller);
  return loaders.message.load(id);
};

/** A message; its user is Profile's to tell. */
export const Message: Resolvers['Message'] = {
  __resolveReference({ id }, { caller, loaders }) {
    mustReadMessages(caller);
    return loaders.message.load(id);
  },
  user: ({ userId }) => ({ id: userId }),
};
