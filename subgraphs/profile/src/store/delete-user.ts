import { newId } from '@atrium/service-kit';
import { subscribers } from '../domain/outbox-record.ts';
import type { DeleteOutcome } from '../domain/ports.ts';
import type { User } from '../domain/user.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';
import { toUser, type UserRow, userColumns } from './user-rows.ts';

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

/** Deletes a user and all that Profile knows of them, and tells the sisters, in one transaction. */
export async function deleteUser(database: Database, deletion: Deletion): Promise<DeleteOutcome> {
  try {
    await database.$transaction((connection) => deleteRows(connection, deletion), { maxWait: 10_000, timeout: 10_000 });
    return { kind: 'deleted' };
  } catch (error) {
    if (!(error instanceof NotDeleted)) throw error;
    return error.current ? { kind: 'conflict', current: error.current } : { kind: 'not-found' };
  }
}

/** Keys before claims before users: the order of locks that creates keep to as well. */
async function deleteRows(connection: Connection, { id, clientId, ...deletion }: Deletion): Promise<void> {
  const expectedVersion = deletion.expectedVersion ?? null;
  await connection.$executeRaw(Prisma.sql`
    UPDATE idempotency_keys SET payload_hash = NULL WHERE user_id = ${id}::uuid`);
  await connection.$queryRaw(Prisma.sql`SELECT 1 FROM phone_claims WHERE user_id = ${id}::uuid FOR UPDATE`);
  const [found] = await connection.$queryRaw<(UserRow & { deleted: boolean })[]>(Prisma.sql`
    WITH found AS MATERIALIZED (
      SELECT * FROM users WHERE id = ${id}::uuid FOR UPDATE
    ), gone AS (
      DELETE FROM users USING found
      WHERE users.id = found.id AND found.version = coalesce(${expectedVersion}::int, found.version)
      RETURNING users.id, users.version
    ), freed AS (
      DELETE FROM phone_claims USING gone WHERE user_id = gone.id
    ), remembered AS (
      INSERT INTO deleted_users (id, version, client_id) SELECT id, version + 1, ${clientId} FROM gone
    ), told AS (
      INSERT INTO outbox (id, destination, type, user_id, version, client_id)
      SELECT ${newId()}::uuid, destination, 'user.deleted', gone.id, gone.version + 1, ${clientId}
      FROM gone, unnest(${[...subscribers['user.deleted']]}::text[]) AS destination
    )
    SELECT ${userColumns}, EXISTS (SELECT FROM gone) AS deleted FROM found AS users`);
  if (!found?.deleted) throw new NotDeleted(found && toUser(found));
}
