import type {
  ChallengeKey,
  ChallengeOutcome,
  ChallengeStore,
  CodeTimes,
  IdempotencyClaim,
  NewChallenge,
  OneTimeCodeOutcome,
} from '../domain/ports.ts';
import { wantedKeys } from './challenge-keys.ts';
import type { Database, Transaction } from './database.ts';
import { findKeys, giveBackKey, takeKeys } from './idempotency-keys.ts';
import { insertMessages } from './message-queue.ts';
import { holdOneTimeCodes } from './one-time-code-lock.ts';
import { type LockedRecipient, lockRecipients } from './recipient-limits.ts';
import { type Reservation, reservingSends } from './reserve-sends.ts';
import type { SendLedger } from './send-ledger.ts';
import { holdUsers } from './user-lock.ts';

/**
 * One-time codes as they are made. Locks are taken in one order: users, places of codes, recipients, then what somebody
 * else may be making just now, idempotency keys and refused requests, and only then counts of sends and challenges.
 */
export function createChallengeStore(database: Database, ledger: SendLedger): ChallengeStore {
  const reserved = reservingSends(database, ledger);
  return {
    async addChallenges(challenges, times) {
      if (challenges.length === 0) return new Map();
      return reserved((tx, reserve) => addChallenges(tx, reserve, challenges, times));
    },

    addOneTimeCode: (code, times, claim) =>
      reserved(async (tx, reserve): Promise<OneTimeCodeOutcome> => {
        const { message } = code;
        const erased = message ? await holdUsers(tx, [code.userId]) : new Set();
        if (erased.size > 0) return { kind: 'gone' };
        await holdOneTimeCodes(tx, [code]);
        const [recipient] = await lockRecipients(tx, [code.recipientHash]);
        // Looked at before the cool-down, which the first use of the key has begun.
        const repeated = claim && (await findCodeOfKey(tx, claim));
        if (repeated) return repeated;
        const waitMs = code.isTest ? 0 : coolDownLeft(recipient, times);
        if (waitMs > 0) return { kind: 'cool-down', waitMs };
        const made = claim && { ...code, claim };
        // Somebody uses the key for another input just now, or did for a user who is erased.
        if (made && (await takeKeys(tx, [made])).size === 0) {
          return (await findCodeOfKey(tx, made.claim)) ?? { kind: 'gone' };
        }
        const send = { requestId: code.id, comesAgain: false, subjects: code.subjects };
        const refusal = (await reserve.first([send])).get(code.id);
        if (refusal) {
          if (made) await giveBackKey(tx, made);
          return { kind: 'over-budget', waitMs: refusal.retryAfterMs, by: refusal.by };
        }
        await endOpen(tx, [code]);
        const { keyId, codeHash } = code;
        const noRequest = { requestId: null, messageId: message?.id ?? null, rejection: null };
        const [added] = await insert(tx, [{ ...code, ...noRequest, codeHash, keyId }], times);
        if (!added?.codeSentAt || !added.codeExpiresAt) throw new Error('a code was not kept');
        if (message) await insertMessages(tx, [message]);
        await reserve.last([send]);
        return { kind: 'sent', codeSentAt: added.codeSentAt, codeExpiresAt: added.codeExpiresAt };
      }),

    findRepeatedCode: (claim) => findCodeOfKey(database, claim),
  };
}

async function addChallenges(
  tx: Transaction,
  reserve: Reservation,
  challenges: NewChallenge[],
  times: CodeTimes,
): Promise<Map<string, ChallengeOutcome>> {
  const erased = await holdUsers(
    tx,
    challenges.map(({ userId }) => userId),
  );
  const living = challenges.filter(({ userId }) => !erased.has(userId));
  const recipients = await lockRecipients(
    tx,
    living.flatMap(({ recipientHash, outcome }) => ('codeHash' in outcome ? [recipientHash] : [])),
  );
  const requestIds = living.map(({ requestId }) => requestId);
  const known = await findOutcomes(tx, requestIds);
  const { due, cooling } = parted(
    living.filter(({ requestId }) => !known.has(requestId)),
    recipients,
    times,
  );
  const rejected = due.filter(({ outcome }) => 'rejection' in outcome);
  const rejectedRows = await insert(tx, rejected.map(toRow), times);
  const sends = due.flatMap(({ requestId, comesAgain, outcome }) =>
    'subjects' in outcome ? [{ requestId, comesAgain, subjects: outcome.subjects }] : [],
  );
  const refused = await reserve.first(sends);
  const admitted = due.filter(({ requestId, outcome }) => 'codeHash' in outcome && !refused.has(requestId));
  await endOpen(tx, admitted);
  const rows = [...rejectedRows, ...(await insert(tx, admitted.map(toRow), times))];
  const added = new Map(rows.map((row) => [row.id, row]));
  await insertMessages(
    tx,
    admitted.flatMap(({ id, outcome }) => (added.has(id) && 'message' in outcome ? [outcome.message] : [])),
  );
  const late = await missed(tx, [...rejected, ...admitted], added);
  await reserve.last(sends);
  const overBudget = [...refused].map(
    ([requestId, { retryAfterMs }]) =>
      [
        requestId,
        { ...noTimes, requestId, rejection: 'BUDGET_EXCEEDED', retryAfterMs } satisfies ChallengeOutcome,
      ] as const,
  );
  // The first outcome of a request counts, also where the request stands twice in this batch.
  return new Map([...cooling, ...overBudget, ...toOutcomes([...added.values()]), ...known, ...late]);
}

const noTimes = { codeSentAt: null, codeExpiresAt: null };
const noCode = { codeHash: null, keyId: null, rejection: null };

function toRow({ outcome, comesAgain: _, ...challenge }: NewChallenge): NewRow {
  return { ...challenge, ...noCode, ...outcome, messageId: 'message' in outcome ? outcome.message.id : null };
}

/** The code that a live key was used for, or that it was used with another input. */
async function findCodeOfKey(
  tx: Transaction,
  claim: IdempotencyClaim,
): Promise<Extract<OneTimeCodeOutcome, { kind: 'sent' | 'conflict' }> | undefined> {
  const [held] = await findKeys(tx, [claim]);
  if (!held) return undefined;
  if (!held.isSameInput) return { kind: 'conflict' };
  const [code] = await tx.$queryRaw<{ codeSentAt: Date; codeExpiresAt: Date }[]>`
    SELECT created_at AS "codeSentAt", expires_at AS "codeExpiresAt" FROM challenges WHERE id = ${held.madeId}::uuid`;
  return code ? { kind: 'sent', ...code } : { kind: 'conflict' };
}

/** Whose number was sent a code a moment ago, in this batch too, has to wait; and who has one in it, at any rate. */
function parted(challenges: NewChallenge[], recipients: LockedRecipient[], times: CodeTimes) {
  const byHash = new Map(recipients.map((recipient) => [recipient.recipientHash.toString('base64'), recipient]));
  const due: NewChallenge[] = [];
  const cooling = new Map<string, ChallengeOutcome>();
  const served = new Set<string>();
  for (const challenge of challenges) {
    const { requestId, userId, recipientHash, isTest, outcome } = challenge;
    const name = recipientHash.toString('base64');
    const waitMs = Math.max(isTest ? 0 : coolDownLeft(byHash.get(name), times), served.has(userId + name) ? 1 : 0);
    if ('rejection' in outcome) due.push(challenge);
    else if (waitMs > 0) {
      cooling.set(requestId, { ...noTimes, requestId, rejection: 'COOL_DOWN', retryAfterMs: Math.ceil(waitMs) });
    } else {
      due.push(challenge);
      served.add(userId + name);
      byHash.set(name, { recipientHash, sinceCodeMs: 0, guessAgesMs: [] });
    }
  }
  return { due, cooling };
}

function coolDownLeft(recipient: LockedRecipient | undefined, { coolDownMs }: CodeTimes): number {
  return recipient?.sinceCodeMs == null ? 0 : coolDownMs - recipient.sinceCodeMs;
}

/** A new code takes the place of the one before it. */
async function endOpen(tx: Transaction, keys: ChallengeKey[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.$executeRaw`
    WITH locked AS MATERIALIZED (
      SELECT c.id FROM challenges c JOIN ${wantedKeys(keys)} USING (user_id, purpose, bound_to)
      WHERE c.code_hash IS NOT NULL AND c.ended_at IS NULL
      ORDER BY c.id FOR UPDATE OF c
    )
    UPDATE challenges c SET ended_at = clock_timestamp(), code_hash = NULL, key_id = NULL FROM locked WHERE c.id = locked.id`;
}

interface NewRow extends ChallengeKey {
  readonly id: string;
  readonly requestId: string | null;
  readonly messageId: string | null;
  readonly recipientHash: Buffer;
  readonly isTest: boolean;
  readonly codeHash: Buffer | null;
  readonly keyId: string | null;
  readonly rejection: string | null;
}

interface AddedRow extends Omit<ChallengeOutcome, 'requestId'> {
  readonly id: string;
  readonly requestId: string | null;
}

/** Answers those that are new, and begins the cool-down of whom they go to. */
async function insert(tx: Transaction, rows: NewRow[], { lifetimeMs }: CodeTimes): Promise<AddedRow[]> {
  if (rows.length === 0) return [];
  const input = JSON.stringify(
    rows.map(
      ({ id, requestId, messageId, userId, purpose, boundTo, recipientHash, isTest, codeHash, keyId, rejection }) => ({
        ...{ id, requestId, messageId, userId, purpose, boundTo, isTest, keyId, rejection },
        recipientHash: recipientHash.toString('base64'),
        codeHash: codeHash?.toString('base64') ?? null,
      }),
    ),
  );
  // In one order, so that two batches that share requests cannot wait for each other in a circle.
  return tx.$queryRaw<AddedRow[]>`
    WITH clock AS MATERIALIZED (SELECT date_trunc('milliseconds', clock_timestamp()) AS at), added AS (
      INSERT INTO challenges (
        id, request_id, message_id, user_id, purpose, bound_to, recipient_hash, is_test, code_hash, key_id, rejection, created_at,
        expires_at)
      SELECT c.id, c."requestId", c."messageId", c."userId", c.purpose, c."boundTo", decode(c."recipientHash", 'base64'), c."isTest",
             decode(c."codeHash", 'base64'), c."keyId", c.rejection,
             clock.at, clock.at + ${lifetimeMs}::double precision * interval '1 millisecond'
      FROM clock, json_to_recordset(${input}::json) AS c(
        id uuid, "requestId" uuid, "messageId" uuid, "userId" uuid, purpose text, "boundTo" text, "recipientHash" text, "isTest" boolean, "codeHash" text,
        "keyId" text, rejection text)
      ORDER BY c."requestId"
      ON CONFLICT (request_id) DO NOTHING
      RETURNING id, request_id, recipient_hash, rejection, created_at, expires_at
    ), cooled AS (
      UPDATE recipient_limits limits SET code_sent_at = added.created_at FROM added
      WHERE limits.recipient_hash = added.recipient_hash AND added.rejection IS NULL
    )
    SELECT id::text AS id, request_id::text AS "requestId", rejection,
           CASE WHEN rejection IS NULL THEN created_at END AS "codeSentAt",
           CASE WHEN rejection IS NULL THEN expires_at END AS "codeExpiresAt"
    FROM added`;
}

async function findOutcomes(tx: Transaction, requestIds: string[]): Promise<Map<string, ChallengeOutcome>> {
  const rows = await tx.$queryRaw<ChallengeOutcome[]>`
    SELECT request_id::text AS "requestId", rejection,
           CASE WHEN rejection IS NULL THEN created_at END AS "codeSentAt",
           CASE WHEN rejection IS NULL THEN expires_at END AS "codeExpiresAt"
    FROM challenges WHERE request_id = ANY(${requestIds}::uuid[])`;
  return new Map(rows.map((row) => [row.requestId, row]));
}

function toOutcomes(rows: AddedRow[]): [string, ChallengeOutcome][] {
  return rows.flatMap(({ id: _, requestId, ...row }) =>
    requestId === null ? [] : [[requestId, { requestId, ...row }]],
  );
}

/** The outcomes of requests that were answered by another transaction while this one was under way. */
function missed(tx: Transaction, due: NewChallenge[], added: Map<string, unknown>) {
  const requestIds = due.flatMap(({ id, requestId }) => (added.has(id) ? [] : [requestId]));
  return requestIds.length === 0 ? new Map<string, ChallengeOutcome>() : findOutcomes(tx, requestIds);
}
