import { backgroundContext, type Deliver, deliverApart, deliverEvents, type Offer } from '@atrium/service-kit';
import type { LeasedRecord, OutboxRecord } from './outbox-record.ts';
import type { Dependencies, EventDelivery, Messaging, OutboxStore, UserStore, VerificationStore } from './ports.ts';
import { numberToVerify, startVerification } from './start-verification.ts';

interface Parts {
  readonly users: UserStore;
  readonly verifications: VerificationStore;
  readonly outbox: OutboxStore;
  /** Without a person waiting, it may take longer than within a request. */
  readonly messaging: Messaging;
  readonly wakeOutbox: Dependencies['wakeOutbox'];
  readonly timeoutMs: number;
  /** How long a round may go on offering records by themselves; within their lease. */
  readonly patienceMs: number;
}

/** Delivers to a sister that starts verifications and hears of events: both at once, for they are different users'. */
export function deliverToMessaging(parts: Parts, tell: EventDelivery): Deliver<LeasedRecord> {
  const tellEvents = deliverEventsTo(parts, tell);
  const deliverStarts = deliverApart<LeasedRecord>((records) => startVerifications(parts, records), parts);
  return async (records) => {
    const isRequest = ({ type }: OutboxRecord) =>
      type === 'phone.verification-requested' || type === 'phone.change-requested';
    const [starts, events] = await Promise.all([
      deliverStarts(records.filter(isRequest)),
      tellEvents(records.filter((record) => !isRequest(record))),
    ]);
    return {
      refused: [...starts.refused, ...events.refused],
      unanswered: [...starts.unanswered, ...events.unanswered],
      reason: starts.reason ?? events.reason,
    };
  };
}

/** Delivers to a subscriber that hears of events. */
export function deliverEventsTo(
  parts: Pick<Parts, 'outbox' | 'patienceMs'>,
  tell: EventDelivery,
): Deliver<LeasedRecord> {
  return deliverEvents<LeasedRecord>((records) => parts.outbox.remove(records), tell, parts);
}

async function startVerifications(parts: Parts, records: LeasedRecord[]): ReturnType<Offer<LeasedRecord>> {
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
  return { untaken: records.filter((_, index) => results[index]?.status === 'rejected'), reason: rejected?.reason };
}
