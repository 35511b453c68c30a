import type { OutboxRecord, OutboxRecordType } from '../domain/outbox-record.ts';
import type { OutboxStore } from '../domain/ports.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';

/** A row of `outbox` by the names of the domain. */
export type OutboxRow = OutboxRecord;

/** The columns of `outbox` by the names of `OutboxRow`. */
export const outboxColumns = Prisma.raw(
  'outbox.id, outbox.destination, outbox.type, outbox.user_id AS "userId", outbox.version, ' +
    'outbox.client_id AS "clientId", outbox.created_at AS "createdAt", outbox.attempts',
);

/** What the sisters have still to be told, in PostgreSQL. */
export function createOutboxStore(database: Database): OutboxStore {
  return {
    lease: (destination, options) => lease(database, destination, options),
    async postpone(delays) {
      await database.$executeRaw(Prisma.sql`
        WITH ${locked(delays.map(({ record }) => record))}
        UPDATE outbox SET due_at = now() + delay_ms * interval '1 millisecond'
        FROM locked JOIN unnest(
          ${delays.map(({ record }) => record.id)}::uuid[], ${delays.map(({ record }) => record.destination)}::text[],
          ${delays.map(({ delayMs }) => delayMs)}::int[]
        ) AS input (id, destination, delay_ms) USING (id, destination)
        WHERE outbox.id = locked.id AND outbox.destination = locked.destination`);
    },
    async remove(records) {
      await database.$executeRaw(Prisma.sql`
        WITH ${locked(records)}
        DELETE FROM outbox USING locked WHERE outbox.id = locked.id AND outbox.destination = locked.destination`);
    },
  };
}

/** The record of this type by which Messaging is still asked for a code for this user. */
export async function findRequest(
  connection: Connection,
  userId: string,
  type: OutboxRecordType,
): Promise<OutboxRecord | undefined> {
  const [record] = await connection.$queryRaw<OutboxRow[]>(Prisma.sql`
    SELECT ${outboxColumns} FROM outbox
    WHERE user_id = ${userId}::uuid AND destination = 'messaging' AND type = ${type}`);
  return record;
}

/** `locked`: these records, locked in one order, so that two processes with the same records cannot deadlock. */
function locked(records: readonly OutboxRecord[]): Prisma.Sql {
  return Prisma.sql`locked AS MATERIALIZED (
    SELECT id, destination FROM outbox JOIN unnest(
      ${records.map(({ id }) => id)}::uuid[], ${records.map(({ destination }) => destination)}::text[]
    ) AS input (id, destination) USING (id, destination)
    ORDER BY id, destination FOR UPDATE OF outbox
  )`;
}

async function lease(
  database: Database,
  destination: string,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<OutboxRecord[]> {
  // A later record of a user waits until the earlier one is gone, even while that one is leased or put off.
  return database.$queryRaw<OutboxRow[]>(Prisma.sql`
    WITH due AS MATERIALIZED (
      SELECT id, destination FROM outbox AS due
      WHERE destination = ${destination} AND due_at <= now() AND NOT EXISTS (
        SELECT FROM outbox AS earlier
        WHERE earlier.user_id = due.user_id AND earlier.destination = due.destination AND earlier.version < due.version
      )
      ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET due_at = now() + ${leaseMs}::int * interval '1 millisecond', attempts = attempts + 1
    FROM due WHERE outbox.id = due.id AND outbox.destination = due.destination
    RETURNING ${outboxColumns}`);
}
