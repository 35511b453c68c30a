import type { Resolvers } from './generated/schema.ts';

/** Query.messageStats. */
export const messageStats: NonNullable<Resolvers['Query']>['messageStats'] = (_, span, { caller, actions }) =>
  actions.readMessageStats(caller, span);
