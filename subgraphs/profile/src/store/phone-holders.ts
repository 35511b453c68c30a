import { createBatcher } from '@atrium/service-kit';
import type { Database } from './client.ts';
import { Prisma } from './generated/client.ts';

/**
 * Looks up who holds a number as their current one: a number that only waits to become somebody's is nobody's yet.
 * Concurrent calls share one query.
 */
export function createHolderLookup(database: Database): (phoneNumber: string) => Promise<string | undefined> {
  return createBatcher(
    async (phoneNumbers: string[]) => {
      const rows = await database.$queryRaw<{ phoneNumber: string; userId: string }[]>(Prisma.sql`
        SELECT phone_claims.phone_number AS "phoneNumber", users.id AS "userId"
        FROM phone_claims JOIN users
          ON users.id = phone_claims.user_id AND users.phone_number = phone_claims.phone_number
        WHERE phone_claims.phone_number = ANY (${phoneNumbers}::text[])`);
      const holders = new Map(rows.map(({ phoneNumber, userId }) => [phoneNumber, userId]));
      return phoneNumbers.map((phoneNumber) => holders.get(phoneNumber));
    },
    { maxSize: 500, concurrency: 4 },
  );
}
