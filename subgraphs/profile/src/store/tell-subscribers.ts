import type { EventType, Subscriptions } from '../domain/subscriptions.ts';
import { Prisma } from './generated/client.ts';

/**
 * `, told AS (...)`: writes an event for each of its subscribers in the statement that makes the change, so that neither
 * is there without the other. `changed` names what gives `id`, `version`, `client_id` and `event_id` of each user who
 * changed. Nothing at all where nobody subscribes.
 */
export function tellSubscribers(subscriptions: Subscriptions, type: EventType, changed: Prisma.Sql): Prisma.Sql {
  const destinations = [...subscriptions[type]];
  if (destinations.length === 0) return Prisma.empty;
  return Prisma.sql`, told AS (
    INSERT INTO outbox (id, destination, type, user_id, version, client_id)
    SELECT changed.event_id, destination, ${type}, changed.id, changed.version, changed.client_id
    FROM ${changed} AS changed CROSS JOIN unnest(${destinations}::text[]) AS destination
  )`;
}
