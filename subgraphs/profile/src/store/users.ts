import { overloaded, type Page } from '@atrium/service-kit';
import type { UserStore } from '../domain/ports.ts';
import type { User } from '../domain/user.ts';
import { bindBatchKey, recordRefusals } from './batch-keys.ts';
import type { Database } from './client.ts';
import { deleteUser } from './delete-user.ts';
import { createKeyLookup, forgetExpiredKeys } from './idempotency-keys.ts';
import { type BufferBound, createWriteBuffer, type Lifetimes } from './save-new-users.ts';
import { createUpdateBuffer } from './update-users.ts';
import { inOrder, toUser } from './user-rows.ts';

/** The people in PostgreSQL. */
export function createUserStore(database: Database, lifetimes: Lifetimes, bound: BufferBound): UserStore {
  const saveNewUser = createWriteBuffer(database, lifetimes, bound);
  return {
    findUsersByIds: (ids) => findUsersByIds(database, ids),
    listUsers: (page) => listUsers(database, page),
    countUsers: () => database.user.count(),
    saveNewUser,
    saveNewUsers(users) {
      if (!saveNewUser.hasRoomFor(users.length)) throw overloaded();
      return users.map(saveNewUser);
    },
    findUsedKey: createKeyLookup(database),
    bindBatchKey: (batch) => bindBatchKey(database, batch, lifetimes.idempotencyMs),
    recordRefusals: (batch, refusals) => recordRefusals(database, batch, refusals),
    updateUser: createUpdateBuffer(database, bound),
    deleteUser: (deletion) => deleteUser(database, deletion),
    forgetExpiredKeys: () => forgetExpiredKeys(database),
  };
}

/** In the order of the ids; undefined where there is no such user. */
export async function findUsersByIds(database: Database, ids: readonly string[]): Promise<(User | undefined)[]> {
  if (ids.length === 0) return [];
  return inOrder(ids, await database.user.findMany({ where: { id: { in: [...new Set(ids)] } } }));
}

async function listUsers(database: Database, page: Page): Promise<User[]> {
  const { take, olderThan, newerThan, backwards } = page;
  const id = { ...(olderThan ? { lt: olderThan } : {}), ...(newerThan ? { gt: newerThan } : {}) };
  const rows = await database.user.findMany({ where: { id }, orderBy: { id: backwards ? 'asc' : 'desc' }, take });
  return rows.map(toUser);
}
