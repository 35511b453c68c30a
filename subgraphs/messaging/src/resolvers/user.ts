import { isId } from '@atrium/service-kit';
import type { Resolvers } from './generated/schema.ts';
import { messages } from './message-connection.ts';

/** What Messaging adds to a user. What is no id names nobody. */
export const User: Resolvers['User'] = {
  __resolveReference: ({ id }) => (isId(id) ? { id } : null),
  messages,
};
