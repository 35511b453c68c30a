import type { Page } from '@atrium/service-kit';
import type { UserChange, UserStore } from '../domain/ports.ts';
import type { User } from '../domain/user.ts';
import { changePhoneNumber } from './change-phone-number.ts';
import type { Database } from './client.ts';
import { deleteUser } from './delete-user.ts';
import { Prisma } from './generated/client.ts';
import { createKeyLookup, forgetExpiredKeys, releaseKey } from './idempotency-keys.ts';
import { createHolderLookup } from './phone-holders.ts';
import { createWriteBuffer, type Lifetimes } from './save-new-users.ts';
import { inOrder, toUser, type UserRow, userColumns } from './user-rows.ts';

/** The people in PostgreSQL. */
export function createUserStore(database: Database, lifetimes: Lifetimes): UserStore {
  return {
    findUsersByIds: (ids) => findUsersByIds(database, ids),
    listUsers: (page) => listUsers(database, page),
    countUsers: () => database.user.count(),
    saveNewUser: createWriteBuffer(database, lifetimes),
    findUsedKey: createKeyLookup(database),
    releaseKey: (fingerprint) => releaseKey(database, fingerprint),
    findHolder: createHolderLookup(database),
    changePhoneNumber: (change) => changePhoneNumber(database, change, lifetimes),
    updateUser: (change) => updateUser(database, change),
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

const columns = {
  name: 'name',
  country: 'country',
  location: 'location',
  email: 'email',
  locale: 'locale',
} as const satisfies Record<keyof UserChange['details'], string>;

async function updateUser(database: Database, change: UserChange): Promise<User | undefined> {
  const { id, expectedVersion, details } = change;
  const assignments = Object.entries(columns).flatMap(([field, column]) => {
    const value = details[field as keyof typeof columns];
    return value === undefined ? [] : [Prisma.sql`${Prisma.raw(column)} = ${value}`];
  });
  const [row] = await database.$queryRaw<UserRow[]>(Prisma.sql`
    UPDATE users SET ${Prisma.join(assignments)}, version = version + 1, updated_at = now()
    WHERE id = ${id}::uuid AND (${expectedVersion ?? null}::int IS NULL OR version = ${expectedVersion ?? null}::int)
    RETURNING ${userColumns}`);
  return row && toUser(row);
}
