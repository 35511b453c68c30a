import type { OutboxRecord } from '../domain/outbox-record.ts';
import type { CodeRequest, CodeRequestOutcome } from '../domain/ports.ts';
import type { User } from '../domain/user.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';
import { findRequest, outboxColumns } from './outbox.ts';
import { toUser, type UserRow, userColumns } from './user-rows.ts';

interface LockedRow extends UserRow {
  /** Until when no further code may be asked for; null where it may be. */
  coolUntil: Date | null;
}

/**
 * Asks for a new code to the pending number, or else to the current one that is not proved yet. Where a request still
 * waits, it is the answer, and no second one is written: however many ask at once, one code is sent.
 */
export function requestCodeAgain(database: Database, request: CodeRequest): Promise<CodeRequestOutcome> {
  return inTransaction(database, (connection) => decide(connection, request));
}

async function decide(connection: Connection, request: CodeRequest): Promise<CodeRequestOutcome> {
  const row = await lockUser(connection, request);
  if (!row) return { kind: 'not-found' };
  const isChange = row.pendingPhoneNumber !== null;
  if (!isChange && row.phoneStatus === 'VERIFIED') return { kind: 'verified' };
  if (!isChange && row.phoneStatus === 'FAILED') return { kind: 'failed', user: toUser(row) };
  const type = isChange ? 'phone.change-requested' : 'phone.verification-requested';
  const waiting = await findRequest(connection, row.id, type);
  if (waiting) return { kind: 'requested', user: toUser(row), record: waiting };
  if (row.coolUntil) return { kind: 'cool-down', until: row.coolUntil };
  return { kind: 'requested', ...(await writeRequest(connection, request, row, type)) };
}

async function lockUser(connection: Connection, { userId, coolDownMs }: CodeRequest): Promise<LockedRow | undefined> {
  const [row] = await connection.$queryRaw<LockedRow[]>(Prisma.sql`
    WITH locked AS MATERIALIZED (
      SELECT *,
        CASE WHEN pending_phone_number IS NULL THEN code_sent_at ELSE pending_code_sent_at END
          + ${coolDownMs}::float8 * interval '1 millisecond' AS cool_until
      FROM users WHERE id = ${userId}::uuid FOR UPDATE
    )
    SELECT ${userColumns}, CASE WHEN cool_until > clock_timestamp() THEN cool_until END AS "coolUntil"
    FROM locked AS users`);
  return row;
}

/** While a request for the current number waits, its user is PENDING; a code that was sent before goes on to count. */
async function writeRequest(
  connection: Connection,
  { requestId: id, clientId, leaseMs }: CodeRequest,
  row: LockedRow,
  type: 'phone.change-requested' | 'phone.verification-requested',
): Promise<{ user: User; record: OutboxRecord }> {
  const { id: userId, version } = row;
  // An earlier request may have become a dead letter, which must not ask for a second code when it is replayed.
  await connection.$executeRaw(Prisma.sql`
    DELETE FROM dead_letters WHERE user_id = ${userId}::uuid AND type = ${type}`);
  const replayed = await findRequest(connection, userId, type);
  if (replayed) return { user: toUser(row), record: replayed };
  const [record] = await connection.$queryRaw<[OutboxRecord]>(Prisma.sql`
    INSERT INTO outbox (id, destination, type, user_id, version, client_id, due_at)
    VALUES (${id}::uuid, 'messaging', ${type}, ${userId}::uuid, ${version}::int, ${clientId},
      now() + ${leaseMs}::int * interval '1 millisecond')
    RETURNING ${outboxColumns}`);
  if (type === 'phone.change-requested') return { user: toUser(row), record };
  const [pending] = await connection.$queryRaw<[UserRow]>(Prisma.sql`
    UPDATE users SET phone_status = 'PENDING' WHERE id = ${userId}::uuid RETURNING ${userColumns}`);
  return { user: toUser(pending), record };
}
