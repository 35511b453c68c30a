import { backgroundContext, createUserEvent, type ServiceClient } from '@atrium/service-kit';
import type { EventDelivery } from '../domain/ports.ts';

/** Tells a subscriber of events as one batch of CloudEvents; an event has one id for all who hear of it. */
export function createEventDelivery(client: ServiceClient, timeoutMs: number): EventDelivery {
  return async (records) => {
    const events = records.map(({ id, type, userId, version, createdAt: time, clientId }) =>
      createUserEvent({ id, service: 'profile', type, userId, time, version, clientId }),
    );
    await client.deliver(events, { context: backgroundContext(timeoutMs), timeoutMs });
  };
}
