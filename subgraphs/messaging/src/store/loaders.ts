import { isId } from '@atrium/service-kit';
import DataLoader from 'dataloader';
import type { Message } from '../domain/message.ts';
import type { Loaders } from '../domain/ports.ts';
import { isOperation } from '../domain/template.ts';
import type { Database } from './database.ts';
import { countMessagesOfUsers, findMessagesByIds, findMessagesOfUsers } from './read-messages.ts';

/** Makes the loaders for one request: what its resolvers ask for at once is read by one query. */
export function createLoaders(database: Database): Loaders {
  const pages = new Map<string, DataLoader<string, Message[]>>();
  const counts = new Map<string | undefined, DataLoader<string, number>>();
  return {
    message: new DataLoader(async (ids) => {
      const found = await findMessagesByIds(database, ids.filter(isId));
      const byId = new Map(found.map((message) => [message.id, message]));
      return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
    }),
    messagesOf: (page, operation) =>
      memoized(pages, JSON.stringify([page, operation]), () =>
        byUser(operation, (userIds) => findMessagesOfUsers(database, userIds, page, operation), []),
      ),
    messageCountOf: (operation) =>
      memoized(counts, operation, () =>
        byUser(operation, (userIds) => countMessagesOfUsers(database, userIds, operation), 0),
      ),
  };
}

/** A loader over what is known by user; what is no id or no operation has `nothing`, and the database is not asked. */
function byUser<Value>(
  operation: string | undefined,
  find: (userIds: string[]) => Promise<Map<string, Value>>,
  nothing: Value,
): DataLoader<string, Value> {
  return new DataLoader(async (userIds) => {
    if (operation !== undefined && !isOperation(operation)) return userIds.map(() => nothing);
    const found = await find(userIds.filter(isId));
    return userIds.map((id) => found.get(id.toLowerCase()) ?? nothing);
  });
}

function memoized<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
