import type { DeadLetter, OutboxRecord } from '../domain/outbox-record.ts';
import type { DeadLetterFilter, DeadLetterStore } from '../domain/ports.ts';
import type { Database } from './client.ts';
import { Prisma } from './generated/client.ts';

/** The columns of `dead_letters` that are written; when the record died is the table's to say. */
export const deadLetterColumns = Prisma.raw(
  'id, destination, type, user_id, version, client_id, created_at, attempts, refusals, last_fault',
);

/** Records that were laid aside, in PostgreSQL. */
export function createDeadLetterStore(database: Database): DeadLetterStore {
  return {
    list: ({ limit, ...filter }) =>
      database.$queryRaw<DeadLetter[]>(Prisma.sql`
        SELECT id, destination, type, user_id AS "userId", version, client_id AS "clientId",
          created_at AS "createdAt", attempts, refusals, last_fault AS "lastFault", died_at AS "diedAt"
        FROM dead_letters WHERE ${meant(filter)} ORDER BY died_at DESC, id DESC, destination LIMIT ${limit}`),
    replay: (filter) =>
      database.$queryRaw<OutboxRecord[]>(Prisma.sql`
        WITH replayed AS (
          DELETE FROM dead_letters WHERE ${meant(filter)} RETURNING *
        )
        INSERT INTO outbox (id, destination, type, user_id, version, client_id, created_at)
        SELECT id, destination, type, user_id, version, client_id, created_at FROM replayed
        ON CONFLICT (id, destination) DO NOTHING
        RETURNING id, destination, type, user_id AS "userId", version, client_id AS "clientId",
          created_at AS "createdAt", attempts`),
  };
}

function meant({ ids, destination }: DeadLetterFilter): Prisma.Sql {
  const conditions = [
    ...(ids ? [Prisma.sql`id = ANY (${[...ids]}::uuid[])`] : []),
    ...(destination === undefined ? [] : [Prisma.sql`destination = ${destination}`]),
  ];
  return conditions.length === 0 ? Prisma.sql`true` : Prisma.join(conditions, ' AND ');
}
