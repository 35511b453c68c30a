import { type SendCounts, type SendWindows, sumSince } from './send-counts.ts';

/** When a breaker opens and closes. */
export interface BreakerRules {
  /** How far back the recent codes go, and how old one must be before it counts that nobody has typed it in. */
  readonly recentMs: number;
  readonly graceMs: number;
  /** How many recent and how many earlier codes there must be before it may open. */
  readonly minRecent: number;
  readonly minHistory: number;
  /** It opens when fewer of the recent codes are verified than this part of what was usual, 0 to 1. */
  readonly openBelow: number;
  /** It closes when this part of what was usual is reached by the probes of one round. */
  readonly closeFrom: number;
  /** How many probes are sent in a round, and how long a round lasts. */
  readonly probes: number;
  readonly roundMs: number;
}

/** Times in milliseconds since the epoch, by the database's clock. */
export interface BreakerState {
  readonly openSince: number | null;
  /** The part of codes that were verified before it opened. */
  readonly baseline: number | null;
  readonly roundBeganAt: number | null;
  readonly roundSent: number;
  readonly roundVerified: number;
  readonly closedAt: number | null;
}

/** The state of what was never opened. */
export const closedBreaker: BreakerState = {
  openSince: null,
  baseline: null,
  roundBeganAt: null,
  roundSent: 0,
  roundVerified: 0,
  closedAt: null,
};

/** A breaker that opened or closed, and what was counted. */
export interface BreakerChange {
  readonly kind: string;
  readonly key: string;
  readonly state: 'open' | 'closed';
  readonly baseline: number;
  readonly sent: number;
  readonly verified: number;
}

/** What Messaging tells of breakers. */
export const breakerEventTypes = ['breaker.opened', 'breaker.closed'] as const;

/** Whose name no subscriber may take: a token made for it would open a service's door. */
export function isServiceName(name: string): boolean {
  return ['gateway', 'profile', 'image', 'messaging'].includes(name);
}

/** The same as it is kept, and told to subscribers. */
export interface BreakerEvent extends BreakerChange {
  readonly id: string;
  readonly byOperator: boolean;
  readonly happenedAt: Date;
}

/**
 * What the breaker of a prefix or country is like from now on, before any of this batch is counted: it opens on a
 * collapse against its own history, and begins a new round of probes when the last one is over.
 */
export function judgeBreaker(
  counts: SendCounts,
  windows: SendWindows,
  rules: BreakerRules,
  now: number,
): { breaker: BreakerState; change?: BreakerChange } {
  const { breaker } = counts;
  if (breaker.openSince !== null) return { breaker: nextRound(breaker, rules, now) };
  const { recent, history } = conversion(counts, windows, rules, now);
  if (recent.sent < rules.minRecent || history.sent < rules.minHistory) return { breaker };
  const baseline = Math.min(1, history.verified / history.sent);
  if (recent.verified / recent.sent >= baseline * rules.openBelow) return { breaker };
  return {
    breaker: { ...breaker, openSince: now, baseline, roundBeganAt: now, roundSent: 0, roundVerified: 0 },
    change: { kind: counts.kind, key: counts.key, state: 'open', baseline, ...recent },
  };
}

/** So many verified probes of one round close a breaker: never none. */
export function probesToClose(baseline: number, { probes, closeFrom }: BreakerRules): number {
  return Math.max(1, Math.ceil(probes * baseline * closeFrom));
}

/** How many probes the present round still has. */
export function probesLeft({ openSince, roundSent }: BreakerState, { probes }: BreakerRules): number {
  return openSince === null ? Number.POSITIVE_INFINITY : Math.max(0, probes - roundSent);
}

function nextRound(breaker: BreakerState, { roundMs }: BreakerRules, now: number): BreakerState {
  const isOver = now >= (breaker.roundBeganAt ?? 0) + roundMs;
  return isOver ? { ...breaker, roundBeganAt: now, roundSent: 0, roundVerified: 0 } : breaker;
}

/** What was before the breaker last closed has been judged, and counts as history only. */
function conversion({ hour, day, breaker }: SendCounts, windows: SendWindows, rules: BreakerRules, now: number) {
  const since = now - rules.recentMs;
  const from = Math.max(since, breaker.closedAt ?? 0);
  const to = now - rules.graceMs;
  const sum = (of: 'sent' | 'verified') => sumSince(hour[of], hour.newest, windows.hour, from, to);
  const before = (of: 'sent' | 'verified') => {
    const all = sumSince(day[of], day.newest, windows.day, now - windows.day.bucketMs * windows.day.buckets);
    return Math.max(0, all - sumSince(hour[of], hour.newest, windows.hour, since));
  };
  return {
    recent: { sent: sum('sent'), verified: sum('verified') },
    history: { sent: before('sent'), verified: before('verified') },
  };
}
