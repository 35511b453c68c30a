import { setTimeout as delay } from 'node:timers/promises';
import { type Deliver, deliverEvents as deliverTo } from '@atrium/service-kit';
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
  /** How long others leave events alone that are being delivered. */
  readonly eventLeaseMs: number;
}

const firstBackoffMs = 500;
const batchSize = 100;

/**
 * Delivers what the outbox holds: at least once, of each image in order, to each subscriber by a loop of its own, so that
 * a dead one delays nobody else. The answer stops the loops and waits for what they have begun.
 */
export function deliverEvents(
  outbox: EventOutbox,
  subscribers: ReadonlyMap<string, DeliverEvents>,
  settings: DeliverySettings,
  reportFault: (error: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController();
  const patienceMs = settings.eventLeaseMs / 2;
  const loops = [...subscribers].map(async ([name, tell]) => {
    const deliver = deliverTo<LeasedEvent>(outbox.remove, tell, { patienceMs });
    /** How many rounds in a row the subscriber has left events unanswered. */
    let failures = 0;
    while (!stopping.signal.aborted) {
      const { offered, isUnanswered } = await deliverSome(outbox, name, deliver, settings, reportFault).catch(
        (error) => {
          // Our own database is in trouble: nothing is known of the subscriber.
          reportFault(error);
          return { offered: 0, isUnanswered: false };
        },
      );
      failures = isUnanswered ? failures + 1 : 0;
      const pauseMs = failures > 0 ? backoffMs(failures, settings.eventMaxBackoffMs) : settings.eventPollMs;
      if (offered === 0 || isUnanswered) await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  });
  return async () => {
    stopping.abort();
    await Promise.all(loops);
  };
}

/** Offers one batch, and puts back what was not taken. */
async function deliverSome(
  outbox: EventOutbox,
  subscriber: string,
  deliver: Deliver<LeasedEvent>,
  { eventMaxBackoffMs }: DeliverySettings,
  reportFault: (error: unknown) => void,
): Promise<{ offered: number; isUnanswered: boolean }> {
  const leased = await outbox.lease(subscriber, batchSize);
  if (leased.length === 0) return { offered: 0, isUnanswered: false };
  const { refused, unanswered, reason } = await deliver(leased);
  if (refused.length + unanswered.length > 0) reportFault(reason ?? refused[0]?.reason);
  for (const { record } of refused) {
    await outbox.putBack([record], { delayMs: backoffMs(record.refusals + 1, eventMaxBackoffMs), refused: true });
  }
  // Due at once: it is the subscriber that rests.
  if (unanswered.length > 0) await outbox.putBack(unanswered, { delayMs: 0, refused: false });
  return { offered: leased.length, isUnanswered: unanswered.length > 0 };
}

/** Half of a pause is left to chance, so that what failed together does not come back together. */
function backoffMs(failures: number, longestMs: number): number {
  return Math.round(Math.min(longestMs, firstBackoffMs * 2 ** Math.min(failures - 1, 20)) * (0.5 + Math.random() / 2));
}
