import { newId } from '@atrium/service-kit';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { Connection } from './client.ts';
import { Prisma } from './generated/client.ts';
import { tellSubscribers } from './tell-subscribers.ts';

/** Whose lapsed claim on which number somebody else has taken over. */
export interface LostClaim {
  readonly phoneNumber: string;
  readonly userId: string;
  /** The client whose user has taken it over. */
  readonly clientId: string;
}

/** Ends the changes that waited for these numbers; the current numbers of their users are not touched. */
export async function endChanges(
  connection: Connection,
  lost: readonly LostClaim[],
  subscriptions: Subscriptions,
): Promise<void> {
  await connection.$executeRaw(Prisma.sql`
    WITH changed AS (
      UPDATE users
      SET pending_phone_number = NULL, pending_code_sent_at = NULL, pending_code_expires_at = NULL,
        version = version + 1, updated_at = now()
      FROM unnest(
        ${lost.map(({ userId }) => userId)}::uuid[], ${lost.map(({ phoneNumber }) => phoneNumber)}::text[],
        ${lost.map(({ clientId }) => clientId)}::text[], ${lost.map(() => newId())}::uuid[]
      ) AS lost (user_id, phone_number, client_id, event_id)
      WHERE users.id = lost.user_id AND users.pending_phone_number = lost.phone_number
      RETURNING users.id, users.version, lost.client_id, lost.event_id
    ) ${tellSubscribers(subscriptions, 'user.updated', Prisma.sql`changed`)}
    SELECT 1 FROM changed`);
}
