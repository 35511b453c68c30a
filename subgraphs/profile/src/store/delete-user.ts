import { newId } from '@atrium/service-kit';
import { subscribers } from '../domain/outbox-record.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';

interface Deletion {
  id: string;
  expectedVersion: number | undefined;
  clientId: string;
}

/** The user is not there in the expected version; thrown so that nothing of the transaction stays. */
class NotDeleted extends Error {}

/** Deletes a user and all that Profile knows of them, and tells the sisters, in one transaction. */
export async function deleteUser(database: Database, deletion: Deletion): Promise<boolean> {
  try {
    await database.$transaction((connection) => deleteRows(connection, deletion), { maxWait: 10_000, timeout: 10_000 });
    return true;
  } catch (error) {
    if (error instanceof NotDeleted) return false;
    throw error;
  }
}

/** Keys before claims before users: the order of locks that creates keep to as well. */
async function deleteRows(connection: Connection, { id, clientId, ...deletion }: Deletion): Promise<void> {
  const expectedVersion = deletion.expectedVersion ?? null;
  await connection.$executeRaw(Prisma.sql`
    UPDATE idempotency_keys SET payload_hash = NULL WHERE user_id = ${id}::uuid`);
  await connection.$queryRaw(Prisma.sql`
    SELECT 1 FROM phone_claims WHERE user_id = ${id}::uuid ORDER BY phone_number FOR UPDATE`);
  // A change of number that is being written ends before the statement below looks for claims.
  await connection.$queryRaw(Prisma.sql`SELECT 1 FROM users WHERE id = ${id}::uuid FOR UPDATE`);
  const deleted = await connection.$queryRaw<object[]>(Prisma.sql`
    WITH gone AS (
      DELETE FROM users
      WHERE id = ${id}::uuid AND (${expectedVersion}::int IS NULL OR version = ${expectedVersion}::int)
      RETURNING id, version
    ), freed AS (
      DELETE FROM phone_claims USING gone WHERE user_id = gone.id
    ), remembered AS (
      INSERT INTO deleted_users (id, version, client_id) SELECT id, version + 1, ${clientId} FROM gone
    ), told AS (
      INSERT INTO outbox (id, destination, type, user_id, version, client_id)
      SELECT ${newId()}::uuid, destination, 'user.deleted', gone.id, gone.version + 1, ${clientId}
      FROM gone, unnest(${[...subscribers['user.deleted']]}::text[]) AS destination
    )
    SELECT id FROM gone`);
  if (deleted.length === 0) throw new NotDeleted();
}
