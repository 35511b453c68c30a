import { type Connection, readPage, toConnection } from '@atrium/service-kit';
import type { Message } from '../domain/message.ts';
import { mustReadMessages } from '../domain/policy.ts';
import type { Resolvers } from './generated/schema.ts';

/** A page of a user's messages, and how to count them all. */
export interface MessageConnectionSource extends Connection<Message> {
  readonly count: () => Promise<number>;
}

/** User.messages: pages of one shape are read for all users of a request at once. */
export const messages: NonNullable<Resolvers['User']>['messages'] = async ({ id }, args, { caller, loaders }) => {
  mustReadMessages(caller);
  const page = readPage({ first: args.first, after: args.after });
  const operation = args.operation ?? undefined;
  const rows = await loaders.messagesOf(page, operation).load(id);
  return { ...toConnection(rows, page), count: () => loaders.messageCountOf(operation).load(id) };
};

/** Counts only when asked. */
export const MessageConnection: Resolvers['MessageConnection'] = {
  totalCount: ({ count }) => count(),
};
