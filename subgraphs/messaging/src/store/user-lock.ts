import type { Transaction } from './database.ts';

/** The high half of our advisory locks' keys ("user"), apart from those of other purposes. */
const lockClass = 0x75736572;
/** Users share a lock with one in so many others: a batch of any size then holds few locks. */
const buckets = 256;

/**
 * Keeps users from being erased until the transaction ends, and answers those who are erased already. Without it a
 * message could be written between the erasure's look and its commit, and stay for ever.
 */
export async function holdUsers(tx: Transaction, userIds: string[]): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  await tx.$queryRaw`
    SELECT count(pg_advisory_xact_lock_shared(${lockClass}::int, bucket)) FROM (
      SELECT DISTINCT abs(hashtext(id::text) % ${buckets}::int) AS bucket FROM unnest(${userIds}::uuid[]) AS id ORDER BY 1
    ) AS buckets`;
  // A statement of its own: it sees what was committed while the locks were waited for.
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT user_id::text AS id FROM erased_users WHERE user_id = ANY(${userIds}::uuid[])`;
  return new Set(rows.map(({ id }) => id));
}

/** Waits until nobody writes for these users, and keeps it so until the transaction ends. */
export async function holdUsersForErasure(tx: Transaction, userIds: string[]): Promise<void> {
  await tx.$queryRaw`
    SELECT count(pg_advisory_xact_lock(${lockClass}::int, bucket)) FROM (
      SELECT DISTINCT abs(hashtext(id::text) % ${buckets}::int) AS bucket FROM unnest(${userIds}::uuid[]) AS id ORDER BY 1
    ) AS buckets`;
}
