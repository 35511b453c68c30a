import { newId } from '@atrium/service-kit';
import type { NewUser } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { Connection } from './client.ts';
import { Prisma } from './generated/client.ts';
import { tellSubscribers } from './tell-subscribers.ts';

/**
 * Claims each user's number where nobody holds it: neither a verified user nor an unverified claim that still lives.
 * Whoever loses a lapsed claim is FAILED in the same transaction. Answers those who hold their number now.
 */
export async function saveClaims(
  connection: Connection,
  users: readonly NewUser[],
  claimMs: number,
  subscriptions: Subscriptions,
): Promise<Set<NewUser>> {
  if (users.length === 0) return new Set();
  // Rows are locked in the order of the numbers, whichever way two batches hold them.
  const ordered = users.toSorted((a, b) => (a.phoneNumber < b.phoneNumber ? -1 : 1));
  const numbers = ordered.map(({ phoneNumber }) => phoneNumber);
  const ids = ordered.map(({ id }) => id);
  const claims = await connection.$queryRaw<{ userId: string; supersededUserId: string | null }[]>(Prisma.sql`
    INSERT INTO phone_claims (phone_number, user_id, expires_at)
    SELECT phone_number, user_id, now() + ${claimMs}::float8 * interval '1 millisecond'
    FROM unnest(${numbers}::text[], ${ids}::uuid[]) AS input (phone_number, user_id)
    ON CONFLICT (phone_number) DO UPDATE
      SET superseded_user_id = phone_claims.user_id, user_id = EXCLUDED.user_id, expires_at = EXCLUDED.expires_at
      WHERE NOT phone_claims.verified AND phone_claims.expires_at <= now()
    RETURNING user_id AS "userId", superseded_user_id AS "supersededUserId"`);
  const clients = new Map(ordered.map(({ id, clientId }) => [id, clientId]));
  await failSuperseded(
    connection,
    claims.flatMap(({ userId, supersededUserId }) =>
      supersededUserId === null ? [] : [{ id: supersededUserId, clientId: clients.get(userId) ?? '' }],
    ),
    subscriptions,
  );
  const holders = new Set(claims.map(({ userId }) => userId));
  return new Set(users.filter(({ id }) => holders.has(id)));
}

/** Each with the client whose user has taken the number over. */
async function failSuperseded(
  connection: Connection,
  losers: { id: string; clientId: string }[],
  subscriptions: Subscriptions,
): Promise<void> {
  if (losers.length === 0) return;
  const ordered = losers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  await connection.$executeRaw(Prisma.sql`
    WITH changed AS (
      UPDATE users
      SET phone_status = 'FAILED', phone_failure = 'PHONE_NUMBER_TAKEN', version = version + 1, updated_at = now()
      FROM unnest(
        ${ordered.map(({ id }) => id)}::uuid[], ${ordered.map(({ clientId }) => clientId)}::text[],
        ${ordered.map(() => newId())}::uuid[]
      ) AS loser (user_id, client_id, event_id)
      WHERE users.id = loser.user_id
      RETURNING users.id, users.version, loser.client_id, loser.event_id
    ) ${tellSubscribers(subscriptions, 'user.updated', Prisma.sql`changed`)}
    SELECT 1 FROM changed`);
}
