import { newId } from '@atrium/service-kit';
import type { DeleteOutcome } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { User } from '../domain/user.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';
import { tellSubscribers } from './tell-subscribers.ts';
import { toUser, type UserRow, userColumns } from './user-rows.ts';
import { countUsers } from './user-stats.ts';

interface Deletion {
  id: string;
  expectedVersion: number | undefined;
  clientId: string;
}

/** The user is not there in the expected version; thrown so that nothing of the transaction stays. */
class NotDeleted extends Error {
  readonly current: User | undefined;

  constructor(current: User | undefined) {
    super();
    this.current = current;
  }
}

/** Deletes a user and all that Profile knows of them, and tells the subscribers, in one transaction. */
export async function deleteUser(
  database: Database,
  subscriptions: Subscriptions,
  deletion: Deletion,
): Promise<DeleteOutcome> {
  try {
    await inTransaction(database, (connection) => deleteRows(connection, subscriptions, deletion));
    return { kind: 'deleted' };
  } catch (error) {
    if (!(error instanceof NotDeleted)) throw error;
    return error.current ? { kind: 'conflict', current: error.current } : { kind: 'not-found' };
  }
}

/** Keys before claims before users: the order of locks that creates keep to as well. */
async function deleteRows(
  connection: Connection,
  subscriptions: Subscriptions,
  { id, clientId, ...deletion }: Deletion,
): Promise<void> {
  const expectedVersion = deletion.expectedVersion ?? null;
  await connection.$executeRaw(Prisma.sql`
    UPDATE idempotency_keys SET payload_hash = NULL WHERE user_id = ${id}::uuid`);
  await connection.$queryRaw(Prisma.sql`
    SELECT 1 FROM phone_claims WHERE user_id = ${id}::uuid ORDER BY phone_number FOR UPDATE`);
  // A change of number that is being written ends before the statement below looks for claims.
  await connection.$queryRaw(Prisma.sql`SELECT 1 FROM users WHERE id = ${id}::uuid FOR UPDATE`);
  const [found] = await connection.$queryRaw<(UserRow & { deleted: boolean })[]>(Prisma.sql`
    WITH found AS MATERIALIZED (
      SELECT * FROM users WHERE id = ${id}::uuid
    ), gone AS (
      DELETE FROM users USING found
      WHERE users.id = found.id AND found.version = coalesce(${expectedVersion}::int, found.version)
      RETURNING users.id, users.version + 1 AS version, users.country, ${clientId}::text AS client_id,
        ${newId()}::uuid AS event_id
    ), freed AS (
      DELETE FROM phone_claims USING gone WHERE user_id = gone.id
    ), remembered AS (
      INSERT INTO deleted_users (id, version, client_id) SELECT id, version, client_id FROM gone
    ) ${tellSubscribers(subscriptions, 'user.deleted', Prisma.sql`gone`)} ${countUsers('deleted', Prisma.sql`gone`)}
    SELECT ${userColumns}, EXISTS (SELECT FROM gone) AS deleted FROM found AS users`);
  if (!found?.deleted) throw new NotDeleted(found && toUser(found));
}
