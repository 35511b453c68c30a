import { isId } from '@atrium/service-kit';
import { mustReadMessages } from '../domain/policy.ts';
import type { Resolvers } from './generated/schema.ts';

/** Query.message. */
export const message: NonNullable<Resolvers['Query']>['message'] = (_, { id }, { caller, loaders }) => {
  mustReadMessages(caller);
  return loaders.message.load(id);
};

/** A message; its user is Profile's to tell. What is no id, or no text at all, is no message. */
export const Message: Resolvers['Message'] = {
  __resolveReference({ id }, { caller, loaders }) {
    mustReadMessages(caller);
    return isId(id) ? loaders.message.load(id) : null;
  },
  user: ({ userId }) => ({ id: userId }),
};
