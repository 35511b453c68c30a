import {
  type BreakerChange,
  type BreakerRules,
  type BreakerState,
  closedBreaker,
  judgeBreaker,
  probesLeft,
} from './send-breaker.ts';
import { type Ring, roomAt, type SendCounts, type SendWindows } from './send-counts.ts';
import { isWatched, type PlannedSend, type SendSubject, type SubjectKind } from './send-subjects.ts';

/** How many codes a subject may be sent within the hour and within the day. */
export type SendLimits = Record<SubjectKind, { readonly hour: number; readonly day: number }>;

/** All that decides whether a code may be sent now. */
export interface SendRules {
  readonly limits: SendLimits;
  readonly windows: SendWindows;
  readonly breaker: BreakerRules;
}

/** What a code is refused by for the moment: a budget, or the breaker of its prefix or country. */
export type RefusedBy = SubjectKind | 'breaker';

/** A code that may not be sent now. */
export interface SendRefusal {
  readonly by: RefusedBy;
  readonly retryAfterMs: number;
}

/** What is to be written about a subject: how many codes of the batch it was not sent after all, and its breaker. */
export interface SendCorrection extends SendSubject {
  readonly refused: number;
  readonly breaker: BreakerState;
}

/** What became of a batch. */
export interface SendAdmission {
  /** By request id; those that are not named may be sent. */
  readonly refused: ReadonlyMap<string, SendRefusal>;
  readonly corrections: SendCorrection[];
  readonly changes: BreakerChange[];
}

/** A subject while the codes of one batch are taken from it. */
interface Account {
  readonly counts: SendCounts;
  readonly before: BreakerState;
  breaker: BreakerState;
  readonly room: { hour: number; day: number };
  refused: number;
}

/** Whoever is refused waits so long at least. */
const shortestWaitMs = 1_000;

/**
 * Admits the codes of a batch in their order; one that any of its subjects has no room for counts for none of them.
 * `counted` is what the subjects count with all of the batch, so what is refused is to be taken back by `corrections`.
 * Subjects that are not in it have room for all of the batch, and their breakers are closed.
 */
export function admitSends(
  sends: readonly PlannedSend[],
  counted: readonly SendCounts[],
  rules: SendRules,
  now: number,
): SendAdmission {
  const changes: BreakerChange[] = [];
  const accounts = openAccounts(sends, counted, rules, now, changes);
  const refused = new Map<string, SendRefusal>();
  for (const { requestId, subjects } of sends) {
    const concerned = subjects.map((subject) => accountOf(accounts, subject));
    const refusal = refusalBy(concerned, rules, now);
    if (refusal) refused.set(requestId, refusal);
    for (const account of concerned) {
      if (refusal) account.refused++;
      else takeFrom(account);
    }
  }
  const corrections = [...accounts.values()].flatMap(({ counts: { kind, key }, before, breaker, refused }) =>
    refused > 0 || breaker !== before ? [{ kind, key, refused, breaker }] : [],
  );
  return { refused, corrections, changes };
}

/** How many codes of a batch each subject is planned to be sent, by its name. */
export function countPlanned(sends: readonly PlannedSend[]): Map<string, SendSubject & { sent: number }> {
  const planned = new Map<string, SendSubject & { sent: number }>();
  for (const { subjects } of sends) {
    for (const subject of subjects) {
      const known = planned.get(nameOf(subject));
      if (known) known.sent++;
      else planned.set(nameOf(subject), { ...subject, sent: 1 });
    }
  }
  return planned;
}

function openAccounts(
  sends: readonly PlannedSend[],
  counted: readonly SendCounts[],
  rules: SendRules,
  now: number,
  changes: BreakerChange[],
): Map<string, Account> {
  const planned = countPlanned(sends);
  return new Map(
    counted.map((all) => {
      const counts = withoutNewest(all, planned.get(nameOf(all))?.sent ?? 0);
      const { breaker, change } = isWatched(counts)
        ? judgeBreaker(counts, rules.windows, rules.breaker, now)
        : { breaker: counts.breaker };
      if (change) changes.push(change);
      const { hour, day } = rules.limits[counts.kind];
      const room = { hour: hour - total(counts.hour), day: day - total(counts.day) };
      return [nameOf(counts), { counts, before: counts.breaker, breaker, room, refused: 0 }];
    }),
  );
}

/** What a subject that has room enough counts is not looked at. */
const roomy = { hour: { newest: 0, sent: [], verified: [] }, day: { newest: 0, sent: [], verified: [] } };

function accountOf(accounts: Map<string, Account>, subject: SendSubject): Account {
  const known = accounts.get(nameOf(subject));
  if (known) return known;
  const plenty = { hour: Number.POSITIVE_INFINITY, day: Number.POSITIVE_INFINITY };
  const account: Account = {
    counts: { ...subject, ...roomy, breaker: closedBreaker },
    before: closedBreaker,
    breaker: closedBreaker,
    room: plenty,
    refused: 0,
  };
  accounts.set(nameOf(subject), account);
  return account;
}

function takeFrom(account: Account): void {
  account.room.hour--;
  account.room.day--;
  const { breaker } = account;
  if (breaker.openSince !== null) account.breaker = { ...breaker, roundSent: breaker.roundSent + 1 };
}

/** The refusal that lasts longest, if there is any. */
function refusalBy(accounts: readonly Account[], rules: SendRules, now: number): SendRefusal | undefined {
  let longest: SendRefusal | undefined;
  for (const account of accounts) {
    for (const { by, until } of obstacles(account, rules)) {
      const retryAfterMs = Math.max(shortestWaitMs, Math.ceil(until - now));
      if (!longest || retryAfterMs > longest.retryAfterMs) longest = { by, retryAfterMs };
    }
  }
  return longest;
}

function* obstacles(
  { counts: { kind, hour, day }, breaker, room }: Account,
  { limits, windows, breaker: rules }: SendRules,
): Iterable<{ by: RefusedBy; until: number }> {
  if (room.hour <= 0) yield { by: kind, until: roomAt(hour.sent, hour.newest, windows.hour, limits[kind].hour) };
  if (room.day <= 0) yield { by: kind, until: roomAt(day.sent, day.newest, windows.day, limits[kind].day) };
  if (probesLeft(breaker, rules) <= 0) yield { by: 'breaker', until: (breaker.roundBeganAt ?? 0) + rules.roundMs };
}

function withoutNewest(counts: SendCounts, planned: number): SendCounts {
  return { ...counts, hour: without(counts.hour, planned), day: without(counts.day, planned) };
}

function without(ring: Ring, planned: number): Ring {
  return { ...ring, sent: [...ring.sent.slice(0, -1), (ring.sent.at(-1) ?? 0) - planned] };
}

function total({ sent }: Ring): number {
  return sent.reduce((sum, count) => sum + count, 0);
}

function nameOf({ kind, key }: SendSubject): string {
  return `${kind} ${key}`;
}
