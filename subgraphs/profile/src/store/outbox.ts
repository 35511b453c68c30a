import type { LeasedRecord, OutboxCount, OutboxRecord } from '../domain/outbox-record.ts';
import type { OutboxStore, PutBack } from '../domain/ports.ts';
import type { OutboxRecordType } from '../domain/subscriptions.ts';
import type { Connection, Database } from './client.ts';
import { deadLetterColumns } from './dead-letters.ts';
import { Prisma } from './generated/client.ts';

/** The columns of `outbox` by the names of the domain. */
export const outboxColumns = Prisma.raw(
  'outbox.id, outbox.destination, outbox.type, outbox.user_id AS "userId", outbox.version, ' +
    'outbox.client_id AS "clientId", outbox.created_at AS "createdAt", outbox.attempts, outbox.refusals',
);

/** How many records are laid aside by one statement. */
const layAsideSize = 1_000;

/** What the subscribers have still to be told, in PostgreSQL. */
export function createOutboxStore(database: Database): OutboxStore {
  return {
    lease: (destination, options) => lease(database, destination, options),
    putBack: (records) => putBack(database, records),
    async remove(records) {
      await database.$executeRaw(Prisma.sql`
        WITH ${locked(records)}
        DELETE FROM outbox USING locked WHERE outbox.id = locked.id AND outbox.destination = locked.destination`);
    },
    layAside: (ageMs) => layAside(database, ageMs),
    count: () => count(database),
  };
}

/** The record of this type by which Messaging is still asked for a code for this user. */
export async function findRequest(
  connection: Connection,
  userId: string,
  type: OutboxRecordType,
): Promise<OutboxRecord | undefined> {
  const [record] = await connection.$queryRaw<LeasedRecord[]>(Prisma.sql`
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
): Promise<LeasedRecord[]> {
  // A later record of a user waits until the earlier one is gone, even while that one is leased or put off. Only a code
  // that waits for its budget holds up nothing: that its user is gone must not be told a day late.
  return database.$queryRaw<LeasedRecord[]>(Prisma.sql`
    WITH due AS MATERIALIZED (
      SELECT id, destination FROM outbox AS due
      WHERE destination = ${destination} AND due_at <= now() AND NOT EXISTS (
        SELECT FROM outbox AS earlier
        WHERE earlier.user_id = due.user_id AND earlier.destination = due.destination AND earlier.version < due.version
          AND (earlier.last_fault IS NULL OR earlier.last_fault NOT IN ('BUDGET_EXCEEDED', 'COOL_DOWN'))
      )
      ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET due_at = now() + ${leaseMs}::int * interval '1 millisecond', attempts = attempts + 1
    FROM due WHERE outbox.id = due.id AND outbox.destination = due.destination
    RETURNING ${outboxColumns}`);
}

async function putBack(database: Database, records: readonly PutBack[]): Promise<void> {
  await database.$executeRaw(Prisma.sql`
    WITH ${locked(records.map(({ record }) => record))}, input AS (
      SELECT * FROM locked JOIN unnest(
        ${records.map(({ record }) => record.id)}::uuid[], ${records.map(({ record }) => record.destination)}::text[],
        ${records.map(({ delayMs }) => delayMs)}::int[], ${records.map(({ fault }) => fault)}::text[],
        ${records.map(({ refused }) => (refused ? 1 : 0))}::int[], ${records.map(({ final }) => final)}::bool[]
      ) AS input (id, destination, delay_ms, fault, refused, final) USING (id, destination)
    ), dead AS (
      DELETE FROM outbox USING input
      WHERE outbox.id = input.id AND outbox.destination = input.destination AND input.final
      RETURNING outbox.*, input.fault
    ), kept AS (
      INSERT INTO dead_letters (${deadLetterColumns})
      SELECT id, destination, type, user_id, version, client_id, created_at, attempts, refusals + 1, fault FROM dead
      ON CONFLICT (id, destination) DO NOTHING
    )
    UPDATE outbox SET
      due_at = now() + delay_ms * interval '1 millisecond', refusals = refusals + refused, last_fault = fault
    FROM input WHERE outbox.id = input.id AND outbox.destination = input.destination AND NOT input.final`);
}

/** Those that are being delivered are left alone, and so is what another process is laying aside. */
function layAside(database: Database, ageMs: number): Promise<number> {
  return database.$executeRaw(Prisma.sql`
    WITH dead AS (
      DELETE FROM outbox USING (
        SELECT id, destination FROM outbox
        WHERE queued_at < now() - ${ageMs}::float8 * interval '1 millisecond' AND due_at <= now()
        LIMIT ${layAsideSize} FOR UPDATE SKIP LOCKED
      ) AS old
      WHERE outbox.id = old.id AND outbox.destination = old.destination
      RETURNING outbox.*
    )
    INSERT INTO dead_letters (${deadLetterColumns})
    SELECT id, destination, type, user_id, version, client_id, created_at, attempts, refusals, last_fault FROM dead
    ON CONFLICT (id, destination) DO NOTHING`);
}

async function count(database: Database): Promise<OutboxCount[]> {
  return database.$queryRaw<OutboxCount[]>(Prisma.sql`
    SELECT destination, state, count(*)::int AS count,
      (extract(epoch FROM now() - min(created_at)) * 1000)::float8 AS "oldestAgeMs"
    FROM (
      SELECT destination, CASE WHEN due_at <= now() THEN 'due' ELSE 'later' END AS state, created_at FROM outbox
      UNION ALL SELECT destination, 'dead', created_at FROM dead_letters
    ) AS records
    GROUP BY destination, state ORDER BY destination, state`);
}
