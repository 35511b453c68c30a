import type { NewUser } from '../domain/ports.ts';
import type { Connection } from './client.ts';
import { Prisma } from './generated/client.ts';

/**
 * Claims each user's number where nobody holds it: neither a verified user nor an unverified claim that still lives.
 * Whoever loses a lapsed claim is FAILED in the same transaction. Answers those who hold their number now.
 */
export async function saveClaims(
  connection: Connection,
  users: readonly NewUser[],
  claimMs: number,
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
  await failSuperseded(
    connection,
    claims.flatMap(({ supersededUserId }) => supersededUserId ?? []),
  );
  const holders = new Set(claims.map(({ userId }) => userId));
  return new Set(users.filter(({ id }) => holders.has(id)));
}

async function failSuperseded(connection: Connection, userIds: string[]): Promise<void> {
  if (userIds.length === 0) return;
  await connection.$executeRaw(Prisma.sql`
    UPDATE users
    SET phone_status = 'FAILED', phone_failure = 'PHONE_NUMBER_TAKEN', version = version + 1, updated_at = now()
    WHERE id = ANY (${userIds.toSorted()}::uuid[])`);
}
