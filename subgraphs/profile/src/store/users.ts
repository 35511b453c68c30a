import { createBatcher, overloaded } from '@atrium/service-kit';
import type { UserStore } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { User } from '../domain/user.ts';
import { bindBatchKey, recordRefusals } from './batch-keys.ts';
import { changePhoneNumber } from './change-phone-number.ts';
import type { Database } from './client.ts';
import { deleteUser } from './delete-user.ts';
import { Prisma } from './generated/client.ts';
import { createKeyLookup, forgetExpiredKeys, releaseKey } from './idempotency-keys.ts';
import { createHolderLookup } from './phone-holders.ts';
import { type BufferBound, createWriteBuffer, type Lifetimes } from './save-new-users.ts';
import { createUpdateBuffer } from './update-users.ts';
import { inOrder, type UserRow, userColumns } from './user-rows.ts';

/** The people in PostgreSQL, whose changes are told to those who subscribe. */
export function createUserStore(
  database: Database,
  lifetimes: Lifetimes,
  subscriptions: Subscriptions,
  bound: BufferBound,
): UserStore {
  const saveNewUser = createWriteBuffer(database, lifetimes, subscriptions, bound);
  return {
    findUser: createBatcher((ids: string[]) => findUsersByIds(database, ids), { maxSize: 1_000, concurrency: 4 }),
    findUsersByIds: (ids) => findUsersByIds(database, ids),
    saveNewUser,
    saveNewUsers(users) {
      if (!saveNewUser.hasRoomFor(users.length)) throw overloaded();
      return users.map(saveNewUser);
    },
    findUsedKey: createKeyLookup(database),
    releaseKey: (fingerprint) => releaseKey(database, fingerprint),
    findHolder: createHolderLookup(database),
    changePhoneNumber: (change) => changePhoneNumber(database, change, lifetimes, subscriptions),
    bindBatchKey: (batch) => bindBatchKey(database, batch, lifetimes.idempotencyMs),
    recordRefusals: (batch, refusals) => recordRefusals(database, batch, refusals),
    updateUser: createUpdateBuffer(database, subscriptions, bound),
    deleteUser: (deletion) => deleteUser(database, subscriptions, deletion),
    forgetExpiredKeys: () => forgetExpiredKeys(database),
  };
}

/** In the order of the ids; undefined where there is no such user. */
export async function findUsersByIds(database: Database, ids: readonly string[]): Promise<(User | undefined)[]> {
  if (ids.length === 0) return [];
  const rows = await database.$queryRaw<UserRow[]>(Prisma.sql`
    SELECT ${userColumns} FROM users WHERE id = ANY (${ids}::uuid[])`);
  return inOrder(ids, rows);
}
