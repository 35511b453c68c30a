import { backgroundContext, type ServiceClient } from '@atrium/service-kit';
import type { DeliverEvents } from '../domain/deliver-events.ts';

/** Tells a subscriber of events as one batch of CloudEvents 1.0; an event has one id for all who hear of it. */
export function createEventDelivery(client: ServiceClient, timeoutMs: number): DeliverEvents {
  return async (events) => {
    const told = events.map(({ id, type, imageId, userId, createdAt }) => ({
      specversion: '1.0',
      id,
      source: '/image',
      type,
      subject: imageId,
      time: createdAt.toISOString(),
      datacontenttype: 'application/json',
      data: { userId },
    }));
    await client.deliver(told, { context: backgroundContext(timeoutMs), timeoutMs });
  };
}
