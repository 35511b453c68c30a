import { newId } from '@atrium/service-kit';
import type { Proof } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { User } from '../domain/user.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';
import { tellSubscribers } from './tell-subscribers.ts';
import { toUser, type UserRow, userColumns } from './user-rows.ts';
import { countUsers } from './user-stats.ts';

/**
 * Lets the proved number take the place of the current one, whose claim ends; the same proof again changes nothing.
 * Undefined where the number does not wait for this user any more: whoever takes a lapsed claim over ends the change.
 */
export function exchangePhoneNumber(
  database: Database,
  proof: Proof,
  subscriptions: Subscriptions,
): Promise<User | undefined> {
  return inTransaction(database, (connection) => exchange(connection, proof, subscriptions));
}

/** Claims before users before the outbox: the order of locks that all who write keep to. */
async function exchange(connection: Connection, proof: Proof, subscriptions: Subscriptions): Promise<User | undefined> {
  const { userId, phoneNumber } = proof;
  await connection.$queryRaw(Prisma.sql`
    SELECT 1 FROM phone_claims WHERE user_id = ${userId}::uuid ORDER BY phone_number FOR UPDATE`);
  const [user] = await connection.$queryRaw<UserRow[]>(Prisma.sql`
    SELECT ${userColumns} FROM users WHERE id = ${userId}::uuid FOR UPDATE`);
  if (user?.phoneNumber === phoneNumber && user.phoneStatus === 'VERIFIED') return toUser(user);
  if (user?.pendingPhoneNumber !== phoneNumber) return undefined;
  await connection.$executeRaw(Prisma.sql`
    DELETE FROM phone_claims WHERE user_id = ${userId}::uuid AND phone_number <> ${phoneNumber}`);
  await connection.$executeRaw(Prisma.sql`
    UPDATE phone_claims SET verified = true WHERE phone_number = ${phoneNumber} AND user_id = ${userId}::uuid`);
  await connection.$executeRaw(Prisma.sql`
    DELETE FROM outbox
    WHERE user_id = ${userId}::uuid AND type IN ('phone.change-requested', 'phone.verification-requested')`);
  return saveProof(connection, proof, user, subscriptions);
}

/** The first proof of a user is `user.verified` and counts: who has been welcomed is not welcomed again for a new number. */
async function saveProof(
  connection: Connection,
  { userId, phoneNumber, verifiedAt, clientId }: Proof,
  before: UserRow,
  subscriptions: Subscriptions,
): Promise<User | undefined> {
  const isFirst = before.phoneStatus !== 'VERIFIED';
  const changed = Prisma.sql`changed`;
  const [row] = await connection.$queryRaw<UserRow[]>(Prisma.sql`
    WITH changed AS (
      UPDATE users
      SET phone_number = ${phoneNumber}, phone_status = 'VERIFIED', verified_at = ${verifiedAt}, phone_failure = NULL,
        code_sent_at = pending_code_sent_at, code_expires_at = pending_code_expires_at,
        pending_phone_number = NULL, pending_code_sent_at = NULL, pending_code_expires_at = NULL,
        version = version + 1, updated_at = now()
      WHERE id = ${userId}::uuid
      RETURNING users.*, ${clientId}::text AS client_id, ${newId()}::uuid AS event_id
    ) ${tellSubscribers(subscriptions, isFirst ? 'user.verified' : 'user.updated', changed)}
    ${isFirst ? countUsers('verified', changed) : Prisma.empty}
    SELECT ${userColumns} FROM changed AS users`);
  return row && toUser(row);
}
