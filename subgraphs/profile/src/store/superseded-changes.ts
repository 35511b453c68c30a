import type { Connection } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Whose lapsed claim on which number somebody else has taken over. */
export interface LostClaim {
  readonly phoneNumber: string;
  readonly userId: string;
}

/** Ends the changes that waited for these numbers; the current numbers of their users are not touched. */
export async function endChanges(connection: Connection, lost: readonly LostClaim[]): Promise<void> {
  await connection.$executeRaw(Prisma.sql`
    UPDATE users
    SET pending_phone_number = NULL, pending_code_sent_at = NULL, pending_code_expires_at = NULL,
      version = version + 1, updated_at = now()
    FROM unnest(
      ${lost.map(({ userId }) => userId)}::uuid[], ${lost.map(({ phoneNumber }) => phoneNumber)}::text[]
    ) AS lost (user_id, phone_number)
    WHERE users.id = lost.user_id AND users.pending_phone_number = lost.phone_number`);
}
