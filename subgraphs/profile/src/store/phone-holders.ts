import { createBatcher } from '@atrium/service-kit';
import type { Database } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Looks up whose claim a number is under; concurrent calls share one query. */
export function createHolderLookup(database: Database): (phoneNumber: string) => Promise<string | undefined> {
  return createBatcher(
    async (phoneNumbers: string[]) => {
      const rows = await database.$queryRaw<{ phoneNumber: string; userId: string }[]>(Prisma.sql`
        SELECT phone_number AS "phoneNumber", user_id AS "userId" FROM phone_claims
        WHERE phone_number = ANY (${phoneNumbers}::text[])`);
      const holders = new Map(rows.map(({ phoneNumber, userId }) => [phoneNumber, userId]));
      return phoneNumbers.map((phoneNumber) => holders.get(phoneNumber));
    },
    { maxSize: 500, concurrency: 4 },
  );
}
