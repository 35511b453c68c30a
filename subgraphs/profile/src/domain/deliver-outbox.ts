import { backgroundContext, ServiceUnavailable } from '@atrium/service-kit';
import type { OutboxRecord } from './outbox-record.ts';
import type { Deliver } from './outbox-worker.ts';
import type { EventDelivery, Messaging, OutboxStore, UserStore, VerificationStore } from './ports.ts';
import { numberToVerify, startVerification } from './start-verification.ts';

interface Parts {
  readonly users: UserStore;
  readonly verifications: VerificationStore;
  readonly outbox: OutboxStore;
  /** Without a person waiting, it may take longer than within a request. */
  readonly messaging: Messaging;
  readonly timeoutMs: number;
}

type Delivered = Awaited<ReturnType<Deliver>>;

/** Delivers to a sister that starts verifications and hears of events: both at once, for they are different users'. */
export function deliverToMessaging(parts: Parts, tell: EventDelivery): Deliver {
  const deliverEvents = deliverEventsTo(parts.outbox, tell);
  const deliverStarts = aloneAfterTries((records) => startVerifications(parts, records));
  return async (records) => {
    const isRequest = ({ type }: OutboxRecord) =>
      type === 'phone.verification-requested' || type === 'phone.change-requested';
    const [starts, events] = await Promise.all([
      deliverStarts(records.filter(isRequest)),
      deliverEvents(records.filter((record) => !isRequest(record))),
    ]);
    return { failed: [...starts.failed, ...events.failed], reason: starts.reason ?? events.reason };
  };
}

/** Delivers to a sister that hears of events. */
export function deliverEventsTo(outbox: OutboxStore, tell: EventDelivery): Deliver {
  return aloneAfterTries(async (records) => {
    try {
      await tell(records);
    } catch (reason) {
      return { failed: records, reason };
    }
    await outbox.remove(records);
    return { failed: [] };
  });
}

/** A record that its receiver cannot take must not hold up those that travel with it: after some tries each goes alone. */
export function aloneAfterTries(offer: Deliver): Deliver {
  return async (records) => {
    if (records.length === 0) return { failed: [] };
    const whole = await offer(records);
    if (whole.failed.length < 2 || !mayHoldOneThatIsRefused(whole)) return whole;
    const failed: OutboxRecord[] = [];
    for (const [index, record] of whole.failed.entries()) {
      const alone = await offer([record]);
      failed.push(...alone.failed);
      // A receiver that has gone away meanwhile is not waited for once for each record.
      if (alone.failed.length > 0 && !isRefusal(alone.reason)) {
        return { failed: [...failed, ...whole.failed.slice(index + 1)], reason: alone.reason };
      }
    }
    return { failed, reason: whole.reason };
  };
}

function mayHoldOneThatIsRefused({ failed, reason }: Delivered): boolean {
  return isRefusal(reason) && failed.some(({ attempts }) => attempts > 3);
}

function isRefusal(reason: unknown): boolean {
  return reason instanceof ServiceUnavailable && reason.refused;
}

async function startVerifications(parts: Parts, records: OutboxRecord[]): Promise<Delivered> {
  const users = await parts.users.findUsersByIds(records.map(({ userId }) => userId));
  const context = backgroundContext(parts.timeoutMs);
  const results = await Promise.allSettled(
    records.map(async (record, index) => {
      const user = users[index];
      // Deleted, taken over, changed or verified in the meantime: nobody waits for a code any more.
      if (!user || numberToVerify(record, user) === undefined) return parts.outbox.remove([record]);
      await startVerification(parts, record, user, context);
    }),
  );
  const rejected = results.find((result) => result.status === 'rejected');
  return {
    failed: records.filter((_, index) => results[index]?.status === 'rejected'),
    reason: rejected?.reason,
  };
}
