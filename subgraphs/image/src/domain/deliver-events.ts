import { setTimeout as delay } from 'node:timers/promises';
import type { ImageEvent } from './image-event.ts';
import type { EventOutbox, LeasedEvent } from './ports.ts';

/** Tells one subscriber of events; rejects where they were not taken. */
export type DeliverEvents = (events: readonly ImageEvent[]) => Promise<void>;

/** How delivery goes about it, in milliseconds. */
export interface DeliverySettings {
  /** How often the outbox is looked at. */
  readonly eventPollMs: number;
  /** The longest pause before what was not taken is offered again. */
  readonly eventMaxBackoffMs: number;
}

const firstBackoffMs = 500;
const batchSize = 100;

/**
 * Delivers what the outbox holds: at least once, of each image in order, to each subscriber by a loop of its own, so that
 * a dead one delays nobody else. Of a batch that was not taken each event goes alone, so that one stands in no other's
 * way. The answer stops the loops and waits for what they have begun.
 */
export function deliverEvents(
  outbox: EventOutbox,
  subscribers: ReadonlyMap<string, DeliverEvents>,
  settings: DeliverySettings,
  reportFault: (error: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController();
  const loops = [...subscribers].map(async ([name, deliver]) => {
    while (!stopping.signal.aborted) {
      const taken = await deliverSome(outbox, name, deliver, settings.eventMaxBackoffMs).catch((error) => {
        reportFault(error);
        return 0;
      });
      if (taken === 0) await delay(settings.eventPollMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  });
  return async () => {
    stopping.abort();
    await Promise.all(loops);
  };
}

/** Offers one batch; answers how many events were taken. */
async function deliverSome(
  outbox: EventOutbox,
  subscriber: string,
  deliver: DeliverEvents,
  maxBackoffMs: number,
): Promise<number> {
  const leased = await outbox.lease(subscriber, batchSize);
  const faults = leased.filter(({ failures }) => failures > 0);
  const fresh = leased.filter(({ failures }) => failures === 0);
  const groups = [...(fresh.length > 0 ? [fresh] : []), ...faults.map((each) => [each])];
  let taken = 0;
  let fault: unknown;
  for (const events of groups) {
    try {
      await deliver(events);
      taken += events.length;
      await outbox.remove(events);
    } catch (error) {
      fault ??= error;
      await outbox.putBack(events, backoffMs(events, maxBackoffMs));
    }
  }
  if (fault !== undefined) throw fault;
  return taken;
}

/** Half of a pause is left to chance, so that what failed together does not come back together. */
function backoffMs(events: readonly LeasedEvent[], longestMs: number): number {
  const failures = Math.max(...events.map((event) => event.failures));
  return Math.round(Math.min(longestMs, firstBackoffMs * 2 ** Math.min(failures, 20)) * (0.5 + Math.random() / 2));
}
