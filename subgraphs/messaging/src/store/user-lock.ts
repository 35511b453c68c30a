import type { Transaction } from './database.ts';

/** The high half of our advisory locks' keys ("user"), apart from those of other purposes. */
const lockClass = 0x75736572;
/** Users share a lock with one in so many others: a batch of any size then holds few locks. */
const buckets = 256;

/**
 * Keeps users from being erased until the transaction ends, and answers those who are erased already. Without it a
 * message could be written between the erasure's look and its commit, and stay for ever. Whom this transaction erases
 * itself, `erasing`, it waits to have to itself. All locks are taken at once and in one order: two transactions that
 * each write for whom the other erases would else wait for each other.
 */
export async function holdUsers(tx: Transaction, userIds: string[], erasing: string[] = []): Promise<Set<string>> {
  if (userIds.length === 0 && erasing.length === 0) return new Set();
  await tx.$queryRaw`
    SELECT count(CASE WHEN alone THEN pg_advisory_xact_lock(${lockClass}::int, bucket)
                 ELSE pg_advisory_xact_lock_shared(${lockClass}::int, bucket) END)
    FROM (
      SELECT abs(hashtext(id::text) % ${buckets}::int) AS bucket, bool_or(alone) AS alone
      FROM (
        SELECT id, false AS alone FROM unnest(${userIds}::uuid[]) AS id
        UNION ALL SELECT id, true FROM unnest(${erasing}::uuid[]) AS id
      ) AS users
      GROUP BY 1 ORDER BY 1
    ) AS buckets`;
  // A statement of its own: it sees what was committed while the locks were waited for.
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT user_id::text AS id FROM erased_users WHERE user_id = ANY(${userIds}::uuid[])`;
  return new Set(rows.map(({ id }) => id));
}
