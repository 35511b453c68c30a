import {
  admitSends,
  countPlanned,
  type SendAdmission,
  type SendCorrection,
  type SendRefusal,
  type SendRules,
} from '../domain/admit-sends.ts';
import type { SendObserver } from '../domain/ports.ts';
import { type BreakerChange, type BreakerState, probesToClose } from '../domain/send-breaker.ts';
import type { SendCounts } from '../domain/send-counts.ts';
import { isWatched, type PlannedSend, type SendSubject, type SubjectKind } from '../domain/send-subjects.ts';
import { recordBreakerEvents } from './breaker-events.ts';
import type { Transaction } from './database.ts';
import { rememberAddresses, withAddresses } from './postponed-sends.ts';
import { closeBreakers } from './send-breakers.ts';

/** What was decided in a transaction. */
export interface SendDecision {
  /** By request id; those that are not named may be sent. */
  readonly refused: ReadonlyMap<string, SendRefusal>;
  readonly changes: readonly BreakerChange[];
}

/** A code that was verified for the first time, and the prefix and country of its number. */
export interface VerifiedSend {
  readonly challengeId: string;
  readonly places: readonly SendSubject[];
}

/** How many codes were sent and verified, and whether further ones may be sent. It works in the caller's transaction. */
export interface SendLedger {
  reserve(tx: Transaction, sends: readonly PlannedSend[]): Promise<SendDecision>;
  countVerified(tx: Transaction, verified: readonly VerifiedSend[]): Promise<BreakerChange[]>;
  /** To be called once the transaction is committed. */
  tell(decision: Partial<SendDecision>): void;
}

/** The ledger by these rules. */
export function createSendLedger(rules: SendRules, observer: SendObserver): SendLedger {
  return {
    reserve: (tx, sends) => reserveSends(tx, sends, rules),
    countVerified: (tx, verified) => countVerified(tx, verified, rules),
    tell({ refused, changes }) {
      for (const { by } of refused?.values() ?? []) observer.refused(by);
      for (const change of changes ?? []) observer.breakerChanged(change);
    },
  };
}

interface Row {
  kind: SubjectKind;
  key: string;
  hourBucket: number;
  hourSent: number[];
  hourVerified: number[] | null;
  dayBucket: number;
  daySent: number[];
  dayVerified: number[] | null;
  openSince: number | null;
  baseline: number | null;
  roundBeganAt: number | null;
  roundSent: number;
  roundVerified: number;
  closedAt: number | null;
  now: number;
}

/**
 * Counts the codes of a batch for all that has a budget, and refuses those that there is no room for, by one statement
 * and a second one where there is something to refuse. Rows are locked in one order and until the transaction ends: of
 * two batches that meet at a budget the second sees what the first one left, and none waits for the other in a circle.
 * What is refused here is counted for nothing.
 */
async function reserveSends(tx: Transaction, planned: readonly PlannedSend[], rules: SendRules): Promise<SendDecision> {
  if (planned.length === 0) return { refused: new Map(), changes: [] };
  const sends = await withAddresses(tx, planned);
  const rows = await count(tx, sends, rules);
  const admission = admitSends(sends, rows.map(toCounts), rules, rows[0]?.now ?? 0);
  await correct(tx, admission);
  await rememberAddresses(tx, sends, admission.refused);
  await recordBreakerEvents(tx, admission.changes);
  return admission;
}

/** Those that many batches meet at are locked last, and so for the shortest time. */
const lockOrder: Record<SubjectKind, number> = { number: 1, prefix: 2, address: 3, country: 4, caller: 5 };

/** Answers those subjects only that refuse something, or whose breaker may have something to say. */
function count(
  tx: Transaction,
  sends: readonly PlannedSend[],
  { limits, windows, breaker }: SendRules,
): Promise<Row[]> {
  const planned = JSON.stringify(
    [...countPlanned(sends).values()].map((subject) => ({
      ...subject,
      place: lockOrder[subject.kind],
      watched: isWatched(subject),
    })),
  );
  const { hour, day } = windows;
  return tx.$queryRaw<Row[]>`
    SELECT kind, key, hour_bucket::float8 AS "hourBucket", hour_sent AS "hourSent", hour_verified AS "hourVerified",
      day_bucket::float8 AS "dayBucket", day_sent AS "daySent", day_verified AS "dayVerified",
      (extract(epoch FROM open_since) * 1000)::float8 AS "openSince", baseline,
      (extract(epoch FROM round_began_at) * 1000)::float8 AS "roundBeganAt",
      round_sent AS "roundSent", round_verified AS "roundVerified",
      (extract(epoch FROM closed_at) * 1000)::float8 AS "closedAt",
      floor(extract(epoch FROM now()) * 1000)::float8 AS now
    FROM count_sends(${planned}::json, ${JSON.stringify(bounds(limits))}::json, ${breaker.minRecent}::int,
      ${hour.bucketMs}::float8, ${hour.buckets}::int, ${day.bucketMs}::float8, ${day.buckets}::int)`;
}

function bounds(limits: SendRules['limits']) {
  return Object.entries(limits).map(([kind, limit]) => ({ kind, ...limit }));
}

function toCounts(row: Row): SendCounts {
  const { kind, key, openSince, baseline, roundBeganAt, roundSent, roundVerified, closedAt } = row;
  const breaker: BreakerState = { openSince, baseline, roundBeganAt, roundSent, roundVerified, closedAt };
  return {
    kind,
    key,
    breaker,
    hour: { newest: row.hourBucket, sent: row.hourSent, verified: row.hourVerified ?? [] },
    day: { newest: row.dayBucket, sent: row.daySent, verified: row.dayVerified ?? [] },
  };
}

/** The rows are this transaction's already, so that their order does not matter any more. */
async function correct(tx: Transaction, { corrections }: SendAdmission): Promise<void> {
  if (corrections.length === 0) return;
  await tx.$executeRaw`
    UPDATE send_counts AS held SET
      hour_sent = slide_ring(held.hour_sent, 0, cardinality(held.hour_sent), -c.refused),
      day_sent = slide_ring(held.day_sent, 0, cardinality(held.day_sent), -c.refused),
      open_since = to_timestamp(c."openSince" / 1000), baseline = c.baseline,
      round_began_at = to_timestamp(c."roundBeganAt" / 1000), round_sent = c."roundSent", round_verified = c."roundVerified"
    FROM json_to_recordset(${JSON.stringify(corrections.map(flat))}::json) AS c(
      kind text, key text, refused int, "openSince" float8, baseline float8, "roundBeganAt" float8, "roundSent" int,
      "roundVerified" int)
    WHERE held.kind = c.kind AND held.key = c.key`;
}

function flat({ breaker, ...correction }: SendCorrection) {
  return { ...correction, ...breaker };
}

/**
 * Counts verified codes where they were counted as sent, and closes the breakers of which enough probes were verified.
 * Rows are locked in the order that reserveSends takes them in.
 */
async function countVerified(
  tx: Transaction,
  verified: readonly VerifiedSend[],
  { windows: { hour, day }, breaker }: SendRules,
): Promise<BreakerChange[]> {
  if (verified.length === 0) return [];
  const pairs = verified.flatMap(({ challengeId, places }) => places.map((place) => ({ challengeId, ...place })));
  const rows = await tx.$queryRaw<{ kind: string; key: string; baseline: number; sent: number; verified: number }[]>`
    WITH counted AS MATERIALIZED (
      SELECT p.kind, p.key, array_agg(c.created_at) AS sent_at,
        array_agg(floor(extract(epoch FROM c.created_at) * 1000 / ${hour.bucketMs}::float8)::bigint) AS hours,
        array_agg(floor(extract(epoch FROM c.created_at) * 1000 / ${day.bucketMs}::float8)::bigint) AS days
      FROM json_to_recordset(${JSON.stringify(pairs)}::json) AS p("challengeId" uuid, kind text, key text)
      JOIN challenges AS c ON c.id = p."challengeId"
      GROUP BY p.kind, p.key
    ), locked AS MATERIALIZED (
      SELECT kind, key, counted.sent_at, hours, days FROM send_counts JOIN counted USING (kind, key)
      ORDER BY kind DESC, key FOR UPDATE OF send_counts
    )
    UPDATE send_counts AS held SET
      hour_verified = count_in_ring(held.hour_verified, held.hour_bucket, locked.hours, ${hour.buckets}::int),
      day_verified = count_in_ring(held.day_verified, held.day_bucket, locked.days, ${day.buckets}::int),
      round_verified = held.round_verified
        + (SELECT count(*) FROM unnest(locked.sent_at) AS sent_at WHERE sent_at >= held.round_began_at)
    FROM locked WHERE held.kind = locked.kind AND held.key = locked.key
    RETURNING held.kind, held.key, CASE WHEN held.open_since IS NOT NULL THEN held.baseline END AS baseline,
      held.round_sent AS sent, held.round_verified AS verified`;
  const recovered = rows.filter(
    ({ baseline, verified: proved }) => baseline !== null && proved >= probesToClose(baseline, breaker),
  );
  await closeBreakers(tx, recovered);
  const changes = recovered.map((row): BreakerChange => ({ ...row, state: 'closed' }));
  await recordBreakerEvents(tx, changes);
  return changes;
}
