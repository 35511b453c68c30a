import { newId } from '@atrium/service-kit';
import type { PhoneChangeOutcome, RequestedPhoneChange } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';
import { claimKeys } from './idempotency-keys.ts';
import { inTransaction } from './in-transaction.ts';
import { saveClaims } from './phone-claims.ts';
import type { Lifetimes } from './save-new-users.ts';
import { tellSubscribers } from './tell-subscribers.ts';
import { toUser, type UserRow, userColumns } from './user-rows.ts';

/** Why there is no change; thrown so that nothing of the transaction stays, not even the idempotency key. */
class NotChanged extends Error {
  readonly kind: Exclude<PhoneChangeOutcome['kind'], 'pending'>;

  constructor(kind: NotChanged['kind']) {
    super(kind);
    this.kind = kind;
  }
}

/**
 * Claims the new number and lets it wait beside the current one. An earlier change that still waits is given up, with
 * its claim and its request for a code; one to the same number stays as it is.
 */
export async function changePhoneNumber(
  database: Database,
  change: RequestedPhoneChange,
  lifetimes: Lifetimes,
  subscriptions: Subscriptions,
): Promise<PhoneChangeOutcome> {
  try {
    const row = await inTransaction(database, (connection) =>
      writeChange(connection, change, lifetimes, subscriptions),
    );
    return { kind: 'pending', user: toUser(row) };
  } catch (error) {
    if (error instanceof NotChanged) return { kind: error.kind };
    throw error;
  }
}

/** Keys before claims before users before the outbox: the order of locks that all who write keep to. */
async function writeChange(
  connection: Connection,
  change: RequestedPhoneChange,
  lifetimes: Lifetimes,
  subscriptions: Subscriptions,
): Promise<UserRow> {
  const { userId: id, phoneNumber, clientId, idempotency } = change;
  const [fresh] = await claimKeys(connection, [{ id, idempotency }], lifetimes.idempotencyMs);
  if (!fresh) throw new NotChanged('key-used');
  const user = await lockUser(connection, id, phoneNumber);
  if (!user) throw new NotChanged('not-found');
  if (user.phoneNumber === phoneNumber && user.phoneStatus !== 'FAILED') throw new NotChanged('own-number');
  if (user.pendingPhoneNumber === phoneNumber) return user;
  const holders = await saveClaims(connection, [{ id, phoneNumber, clientId }], lifetimes.claimMs, subscriptions);
  if (holders.size === 0) throw new NotChanged('number-taken');
  await giveUpEarlierChange(connection, user);
  return startChange(connection, change, subscriptions);
}

/** Locks the user's claims and the wanted one, in the order of the numbers, and then the user. */
async function lockUser(connection: Connection, id: string, phoneNumber: string): Promise<UserRow | undefined> {
  await connection.$queryRaw(Prisma.sql`
    SELECT 1 FROM phone_claims WHERE user_id = ${id}::uuid OR phone_number = ${phoneNumber}
    ORDER BY phone_number FOR UPDATE`);
  const [row] = await connection.$queryRaw<UserRow[]>(Prisma.sql`
    SELECT ${userColumns} FROM users WHERE id = ${id}::uuid FOR UPDATE`);
  return row;
}

async function giveUpEarlierChange(connection: Connection, { id, pendingPhoneNumber }: UserRow): Promise<void> {
  await connection.$executeRaw(Prisma.sql`
    DELETE FROM phone_claims WHERE phone_number = ${pendingPhoneNumber} AND user_id = ${id}::uuid`);
  // A user whose change somebody else's claim has ended may still have its request. It must ask for no code to the new
  // number: neither as a dead letter that it becomes just now, nor as one that is being replayed.
  await deleteRequests(connection, id);
  await connection.$executeRaw(Prisma.sql`
    DELETE FROM dead_letters WHERE user_id = ${id}::uuid AND type = 'phone.change-requested'`);
  await deleteRequests(connection, id);
}

async function deleteRequests(connection: Connection, userId: string): Promise<void> {
  await connection.$executeRaw(Prisma.sql`
    DELETE FROM outbox WHERE user_id = ${userId}::uuid AND type = 'phone.change-requested'`);
}

async function startChange(
  connection: Connection,
  change: RequestedPhoneChange,
  subscriptions: Subscriptions,
): Promise<UserRow> {
  const { userId, phoneNumber, clientId, requestId, leaseMs } = change;
  const [row] = await connection.$queryRaw<UserRow[]>(Prisma.sql`
    WITH changed AS (
      UPDATE users
      SET pending_phone_number = ${phoneNumber}, pending_code_sent_at = NULL, pending_code_expires_at = NULL,
        version = version + 1, updated_at = now()
      WHERE id = ${userId}::uuid
      RETURNING users.*, ${clientId}::text AS client_id, ${newId()}::uuid AS event_id
    ), requested AS (
      INSERT INTO outbox (id, destination, type, user_id, version, client_id, due_at)
      SELECT ${requestId}::uuid, 'messaging', 'phone.change-requested', id, version, client_id,
        now() + ${leaseMs}::int * interval '1 millisecond'
      FROM changed
    ) ${tellSubscribers(subscriptions, 'user.updated', Prisma.sql`changed`)}
    SELECT ${userColumns} FROM changed AS users`);
  if (!row) throw new NotChanged('not-found');
  return row;
}
