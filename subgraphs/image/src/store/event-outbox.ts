import { newId } from '@atrium/service-kit';
import type { ImageEventType, Subscriptions } from '../domain/image-event.ts';
import type { EventOutbox, LeasedEvent } from '../domain/ports.ts';
import type { Database, Transaction } from './database.ts';

/** Writes one event for each image and each subscriber that wants it, in the transaction of the change. */
export async function tell(
  transaction: Transaction,
  subscriptions: Subscriptions,
  type: ImageEventType,
  images: readonly { readonly id: string; readonly ownerId: string }[],
): Promise<void> {
  const destinations = [...subscriptions[type]];
  if (destinations.length === 0 || images.length === 0) return;
  await transaction.$executeRaw`
    INSERT INTO outbox_events (event_id, destination, type, image_id, user_id)
    SELECT event_id, destination, ${type}, image_id, user_id
    FROM unnest(${images.map(newId)}::uuid[], ${images.map(({ id }) => id)}::uuid[],
      ${images.map(({ ownerId }) => ownerId)}::uuid[]) AS told (event_id, image_id, user_id)
    CROSS JOIN unnest(${destinations}::text[]) AS destination`;
}

/** The port's implementation on PostgreSQL. */
export function createEventOutbox(database: Database, { eventLeaseMs }: { eventLeaseMs: number }): EventOutbox {
  const positions = (events: readonly LeasedEvent[]) => events.map(({ position }) => position);
  return {
    lease: (destination, limit) => database.$queryRaw<LeasedEvent[]>`
      UPDATE outbox_events SET due_at = now() + ${eventLeaseMs} * interval '1 millisecond'
      WHERE position IN (
        SELECT position FROM outbox_events AS event
        WHERE destination = ${destination} AND due_at <= now() AND NOT EXISTS (
          SELECT FROM outbox_events AS earlier
          WHERE earlier.image_id = event.image_id AND earlier.destination = event.destination
          AND earlier.position < event.position
        )
        ORDER BY position LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )
      RETURNING position, event_id::text AS id, type, image_id::text AS "imageId", user_id::text AS "userId",
        created_at AS "createdAt", failures AS refusals`,
    async remove(events) {
      await database.$executeRaw`DELETE FROM outbox_events WHERE position = ANY(${positions(events)}::bigint[])`;
    },
    async putBack(events, { delayMs, refused }) {
      await database.$executeRaw`
        UPDATE outbox_events SET failures = failures + ${refused ? 1 : 0}, due_at = now() + ${delayMs} * interval '1 millisecond'
        WHERE position = ANY(${positions(events)}::bigint[])`;
    },
  };
}
