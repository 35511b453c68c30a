import { findUser } from '../domain/find-user.ts';
import { findUserByPhoneNumber } from '../domain/find-user-by-phone-number.ts';
import { countUsers, listUsers } from '../domain/list-users.ts';
import { readContacts } from '../domain/read-contacts.ts';
import { readUserStats } from '../domain/read-user-stats.ts';
import type { QueryResolvers, UserConnectionResolvers } from './generated/schema.ts';

/** Reads. */
export const Query: QueryResolvers = {
  user: (_, { id }, context) => findUser(context, id),
  userByPhoneNumber: (_, { phoneNumber }, context) => findUserByPhoneNumber(context, phoneNumber),
  users: (_, args, context) => listUsers(context, args),
  userStats: (_, args, context) => readUserStats(context, args),
  contacts: (_, { userIds }, context) => readContacts(context, userIds),
};

/** The total is a query of its own, made only where a client asks for it. */
export const UserConnection: UserConnectionResolvers = {
  totalCount: (list, _args, context) => countUsers(context, list),
};
