import { ServiceUnavailable } from './service-errors.ts';

/** A record of an outbox that is being delivered. */
export interface Offered {
  /** How often its destination answered and did not take it, offered by itself. */
  readonly refusals: number;
}

/** What became of records that were offered to their destination; those that are not named were taken and removed. */
export interface Delivered<Leased extends Offered> {
  /** The destination answered, and does not take these. */
  readonly refused: { readonly record: Leased; readonly reason: unknown }[];
  /** The destination is away, slow or unwell, and says nothing about these. */
  readonly unanswered: Leased[];
  /** Why there are unanswered ones. */
  readonly reason?: unknown;
}

/** Offers records to one destination and removes those that it took. */
export type Deliver<Leased extends Offered> = (records: Leased[]) => Promise<Delivered<Leased>>;

/** Offers records in one call; answers those that were not taken, and why. */
export type Offer<Leased extends Offered> = (records: Leased[]) => Promise<{ untaken: Leased[]; reason?: unknown }>;

/** So many records in a row that a destination fails at by its own fault say that it is unwell, not the records. */
const unwellAfter = 3;

/**
 * Records travel together until their destination refuses them; then each goes alone, so that one which cannot be taken
 * holds up none of those beside it, and one that was refused before never travels with others again. A destination that
 * does not answer, or fails at record after record, is not asked once for each of them.
 */
export function deliverApart<Leased extends Offered>(
  offer: Offer<Leased>,
  { patienceMs }: { patienceMs: number },
): Deliver<Leased> {
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

async function offerAlone<Leased extends Offered>(
  offer: Offer<Leased>,
  records: Leased[],
  patienceMs: number,
): Promise<Delivered<Leased>> {
  const refused: Delivered<Leased>['refused'] = [];
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

/** Delivers events, which `tell` offers in one call, and removes those that were taken; `patienceMs` is within their lease. */
export function deliverEvents<Leased extends Offered>(
  remove: (records: Leased[]) => Promise<void>,
  tell: (records: Leased[]) => Promise<void>,
  options: { patienceMs: number },
): Deliver<Leased> {
  return deliverApart(async (records) => {
    try {
      await tell(records);
    } catch (reason) {
      return { untaken: records, reason };
    }
    await remove(records);
    return { untaken: [] };
  }, options);
}

function isRefusal(reason: unknown): boolean {
  return reason instanceof ServiceUnavailable && reason.refused;
}

/** Whether the destination finds fault with what it was sent, as trying again will not mend. */
export function isJudgement(reason: unknown): boolean {
  return reason instanceof ServiceUnavailable && reason.judged;
}
