import { findUser } from '../domain/find-user.ts';
import { mayReadPhoneNumber } from '../domain/policy.ts';
import type { UserResolvers } from './generated/schema.ts';

/** The User entity; sisters and clients reach it by its id. */
export const User: UserResolvers = {
  __resolveReference: ({ id }, context) => findUser(context, id),
  phoneNumber: (user, _args, { caller }) => {
    mayReadPhoneNumber(caller);
    return user.phoneNumber;
  },
  pendingPhoneChange: (user, _args, { caller }) => {
    mayReadPhoneNumber(caller);
    return user.pendingPhoneChange;
  },
};
