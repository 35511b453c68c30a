import { newId } from '@atrium/service-kit';
import type { NewUser } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { Connection } from './client.ts';
import { Prisma } from './generated/client.ts';
import { endChanges, type LostClaim } from './superseded-changes.ts';
import { tellSubscribers } from './tell-subscribers.ts';

/** A user who wants a number. */
type Claimant = Pick<NewUser, 'id' | 'phoneNumber' | 'clientId'>;

/**
 * Claims each user's number where nobody holds it: neither a verified user nor an unverified claim that still lives.
 * Whoever loses a lapsed claim is FAILED in the same transaction, or loses the change that waited for the number.
 * Answers those who hold their number now.
 */
export async function saveClaims<User extends Claimant>(
  connection: Connection,
  users: readonly User[],
  claimMs: number,
  subscriptions: Subscriptions,
): Promise<Set<User>> {
  if (users.length === 0) return new Set();
  // Rows are locked in the order of the numbers, whichever way two batches hold them.
  const ordered = users.toSorted((a, b) => (a.phoneNumber < b.phoneNumber ? -1 : 1));
  const numbers = ordered.map(({ phoneNumber }) => phoneNumber);
  const ids = ordered.map(({ id }) => id);
  const claims = await connection.$queryRaw<
    { phoneNumber: string; userId: string; supersededUserId: string | null }[]
  >(Prisma.sql`
    INSERT INTO phone_claims (phone_number, user_id, expires_at)
    SELECT phone_number, user_id, now() + ${claimMs}::float8 * interval '1 millisecond'
    FROM unnest(${numbers}::text[], ${ids}::uuid[]) AS input (phone_number, user_id)
    ON CONFLICT (phone_number) DO UPDATE
      SET superseded_user_id = phone_claims.user_id, user_id = EXCLUDED.user_id, expires_at = EXCLUDED.expires_at
      WHERE NOT phone_claims.verified AND phone_claims.expires_at <= now()
    RETURNING phone_number AS "phoneNumber", user_id AS "userId", superseded_user_id AS "supersededUserId"`);
  const clients = new Map(ordered.map(({ id, clientId }) => [id, clientId]));
  await failSuperseded(
    connection,
    claims.flatMap(({ phoneNumber, userId, supersededUserId }) =>
      supersededUserId === null ? [] : [{ phoneNumber, userId: supersededUserId, clientId: clients.get(userId) ?? '' }],
    ),
    subscriptions,
  );
  const holders = new Set(claims.map(({ userId }) => userId));
  return new Set(users.filter(({ id }) => holders.has(id)));
}

async function failSuperseded(
  connection: Connection,
  lost: readonly LostClaim[],
  subscriptions: Subscriptions,
): Promise<void> {
  if (lost.length === 0) return;
  // Locked in one order before the two statements that change some of them each.
  await connection.$queryRaw(Prisma.sql`
    SELECT 1 FROM users WHERE id = ANY (${lost.map(({ userId }) => userId)}::uuid[]) ORDER BY id FOR UPDATE`);
  await connection.$executeRaw(Prisma.sql`
    WITH changed AS (
      UPDATE users
      SET phone_status = 'FAILED', phone_failure = 'PHONE_NUMBER_TAKEN', version = version + 1, updated_at = now()
      FROM unnest(
        ${lost.map(({ userId }) => userId)}::uuid[], ${lost.map(({ phoneNumber }) => phoneNumber)}::text[],
        ${lost.map(({ clientId }) => clientId)}::text[], ${lost.map(() => newId())}::uuid[]
      ) AS lost (user_id, phone_number, client_id, event_id)
      WHERE users.id = lost.user_id AND users.phone_number = lost.phone_number
        AND users.pending_phone_number IS DISTINCT FROM lost.phone_number
      RETURNING users.id, users.version, lost.client_id, lost.event_id
    ) ${tellSubscribers(subscriptions, 'user.updated', Prisma.sql`changed`)}
    SELECT 1 FROM changed`);
  await endChanges(connection, lost, subscriptions);
}
