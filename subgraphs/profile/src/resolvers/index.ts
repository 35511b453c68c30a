import { DateTime } from '@atrium/service-kit';
import { CreateUsersResult } from './create-users-result.ts';
import type { Resolvers } from './generated/schema.ts';
import { Mutation } from './mutation.ts';
import { Query, UserConnection } from './query.ts';
import { User } from './user.ts';

/** Profile's resolvers, typed from its schema. */
export const resolvers: Resolvers = { DateTime, Query, Mutation, CreateUsersResult, User, UserConnection };
