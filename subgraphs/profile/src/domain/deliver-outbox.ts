import { backgroundContext, ServiceUnavailable } from '@atrium/service-kit';
import type { LeasedRecord, OutboxRecord } from './outbox-record.ts';
import type { Dependencies, EventDelivery, Messaging, OutboxStore, UserStore, VerificationStore } from './ports.ts';
import { numberToVerify, startVerification } from './start-verification.ts';

/** What became of records that were offered to their destination; those that are not named were taken and removed. */
export interface Delivered {
  /** The destination answered, and does not take these. */
  readonly refused: { readonly record: LeasedRecord; readonly reason: unknown }[];
  /** The destination is away, slow or unwell, and says nothing about these. */
  readonly unanswered: LeasedRecord[];
  /** Why there are unanswered ones. */
  readonly reason?: unknown;
}

/** Offers records to one destination and removes those that it took. */
export type Deliver = (records: LeasedRecord[]) => Promise<Delivered>;

/** Offers records in one call; answers those that were not taken, and why. */
export type Offer = (records: LeasedRecord[]) => Promise<{ untaken: LeasedRecord[]; reason?: unknown }>;

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
export function deliverToMessaging(parts: Parts, tell: EventDelivery): Deliver {
  const deliverEvents = deliverEventsTo(parts, tell);
  const deliverStarts = deliverApart((records) => startVerifications(parts, records), parts);
  return async (records) => {
    const isRequest = ({ type }: OutboxRecord) =>
      type === 'phone.verification-requested' || type === 'phone.change-requested';
    const [starts, events] = await Promise.all([
      deliverStarts(records.filter(isRequest)),
      deliverEvents(records.filter((record) => !isRequest(record))),
    ]);
    return {
      refused: [...starts.refused, ...events.refused],
      unanswered: [...starts.unanswered, ...events.unanswered],
      reason: starts.reason ?? events.reason,
    };
  };
}

/** Delivers to a subscriber that hears of events. */
export function deliverEventsTo(parts: Pick<Parts, 'outbox' | 'patienceMs'>, tell: EventDelivery): Deliver {
  return deliverApart(async (records) => {
    try {
      await tell(records);
    } catch (reason) {
      return { untaken: records, reason };
    }
    await parts.outbox.remove(records);
    return { untaken: [] };
  }, parts);
}

/** So many records in a row that a destination fails at by its own fault say that it is unwell, not the records. */
const unwellAfter = 3;

/**
 * Records travel together until their destination refuses them; then each goes alone, so that one which cannot be taken
 * holds up none of those beside it, and one that was refused before never travels with others again. A destination that
 * does not answer, or fails at record after record, is not asked once for each of them.
 */
export function deliverApart(offer: Offer, { patienceMs }: { patienceMs: number }): Deliver {
  return async (records) => {
    const fresh = records.filter(({ refusals }) => refusals === 0);
    const suspects = records.filter(({ refusals }) => refusals > 0);
    if (fresh.length < 2) return offerAlone(offer, [...fresh, ...suspects], patienceMs);
    const { untaken, reason } = await offer(fresh);
    if (untaken.length > 0 && !isRefusal(reason)) {
      return { refused: [], unanswered: [...untaken, ...suspects], reason };
    }
    return offerAlone(offer, [...untaken, ...suspects], patienceMs);
  };
}

async function offerAlone(offer: Offer, records: LeasedRecord[], patienceMs: number): Promise<Delivered> {
  const refused: Delivered['refused'] = [];
  const over = performance.now() + patienceMs;
  let failedInARow = 0;
  for (const [index, record] of records.entries()) {
    const { untaken, reason } = await offer([record]);
    if (untaken.length > 0 && !isRefusal(reason)) return { refused, unanswered: records.slice(index), reason };
    if (untaken.length > 0) refused.push({ record, reason });
    failedInARow = untaken.length > 0 && !isJudgement(reason) ? failedInARow + 1 : 0;
    if (failedInARow === unwellAfter || performance.now() > over) {
      return { refused, unanswered: records.slice(index + 1), reason };
    }
  }
  return { refused, unanswered: [] };
}

function isRefusal(reason: unknown): boolean {
  return reason instanceof ServiceUnavailable && reason.refused;
}

/** Whether the destination finds fault with what it was sent, as trying again will not mend. */
export function isJudgement(reason: unknown): boolean {
  return reason instanceof ServiceUnavailable && reason.judged;
}

async function startVerifications(parts: Parts, records: LeasedRecord[]): ReturnType<Offer> {
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
