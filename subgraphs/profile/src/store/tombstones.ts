import type { Database } from './client.ts';
import { Prisma } from './generated/client.ts';

/** How many audit lines are removed by one statement. */
const purgeSize = 5_000;

/** Removes a bounded number of audit lines of users who were deleted longer ago than `ageMs`; answers how many. */
export function forgetTombstones(database: Database, ageMs: number): Promise<number> {
  return database.$executeRaw(Prisma.sql`
    DELETE FROM deleted_users WHERE id IN (
      SELECT id FROM deleted_users WHERE deleted_at < now() - ${ageMs}::float8 * interval '1 millisecond'
      LIMIT ${purgeSize} FOR UPDATE SKIP LOCKED
    )`);
}
