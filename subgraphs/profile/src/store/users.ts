import { newId } from '@atrium/service-kit';
import type { UserChange, UserStore } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { User } from '../domain/user.ts';
import type { Database } from './client.ts';
import { deleteUser } from './delete-user.ts';
import { Prisma } from './generated/client.ts';
import { createKeyLookup, forgetExpiredKeys } from './idempotency-keys.ts';
import { createWriteBuffer, type Lifetimes } from './save-new-users.ts';
import { tellSubscribers } from './tell-subscribers.ts';
import { inOrder, toUser, type UserRow, userColumns } from './user-rows.ts';

/** The people in PostgreSQL, whose changes are told to those who subscribe. */
export function createUserStore(database: Database, lifetimes: Lifetimes, subscriptions: Subscriptions): UserStore {
  return {
    findUsersByIds: (ids) => findUsersByIds(database, ids),
    saveNewUser: createWriteBuffer(database, lifetimes, subscriptions),
    findUsedKey: createKeyLookup(database),
    updateUser: (change) => updateUser(database, subscriptions, change),
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

const columns = {
  name: 'name',
  country: 'country',
  location: 'location',
  email: 'email',
  locale: 'locale',
} as const satisfies Record<keyof UserChange['details'], string>;

async function updateUser(
  database: Database,
  subscriptions: Subscriptions,
  change: UserChange,
): Promise<User | undefined> {
  const { id, clientId, expectedVersion, details } = change;
  const assignments = Object.entries(columns).flatMap(([field, column]) => {
    const value = details[field as keyof typeof columns];
    return value === undefined ? [] : [Prisma.sql`${Prisma.raw(column)} = ${value}`];
  });
  const [row] = await database.$queryRaw<UserRow[]>(Prisma.sql`
    WITH changed AS (
      UPDATE users SET ${Prisma.join(assignments)}, version = version + 1, updated_at = now()
      WHERE id = ${id}::uuid AND (${expectedVersion ?? null}::int IS NULL OR version = ${expectedVersion ?? null}::int)
      RETURNING ${userColumns}, ${clientId}::text AS client_id, ${newId()}::uuid AS event_id
    ) ${tellSubscribers(subscriptions, 'user.updated', Prisma.sql`changed`)}
    SELECT * FROM changed`);
  return row && toUser(row);
}
