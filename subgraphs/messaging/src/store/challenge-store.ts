import type { ChallengeOutcome, ChallengeStore, LockedChallenge, NewChallenge } from '../domain/ports.ts';
import type { Database, Transaction } from './database.ts';
import { insertMessages } from './message-queue.ts';
import type { SendDecision, SendLedger } from './send-ledger.ts';
import { holdUsers } from './user-lock.ts';

/** How long sends are reserved first after some were refused: the next ones are likely to be refused as well. */
const carefulMs = 1_000;

/** Thrown so that nothing of the transaction stays. */
class SomeRefused extends Error {}

/** One-time codes and their fate. */
export function createChallengeStore(database: Database, ledger: SendLedger): ChallengeStore {
  let carefulUntil = 0;

  async function take(challenges: NewChallenge[], lifetimeMs: number): Promise<Taken> {
    const run = (isCareful: boolean) =>
      database.$transaction((tx) => takeChallenges(tx, ledger, challenges, lifetimeMs, isCareful));
    try {
      return await run(performance.now() < carefulUntil);
    } catch (error) {
      if (!(error instanceof SomeRefused)) throw error;
      carefulUntil = performance.now() + carefulMs;
      return run(true);
    }
  }

  return {
    async addChallenges(challenges, lifetimeMs) {
      if (challenges.length === 0) return new Map();
      const { outcomes, decision } = await take(challenges, lifetimeMs);
      if (decision.refused.size > 0) carefulUntil = performance.now() + carefulMs;
      ledger.tell(decision);
      return outcomes;
    },

    async decideOnLatest(keys, decide) {
      const changes = await database.$transaction(async (tx) => {
        const locked = await lockLatest(tx, keys);
        const before = new Map(locked.map((challenge) => [challenge.id, challenge]));
        const changed = decide(locked).filter(({ id, tries, verifiedAt }) => {
          const challenge = before.get(id);
          return challenge?.tries !== tries || challenge.verifiedAt !== verifiedAt;
        });
        await update(tx, changed);
        return ledger.countVerified(
          tx,
          changed.flatMap(({ id, places }) => (places ? [{ challengeId: id, places }] : [])),
        );
      });
      ledger.tell({ changes });
    },
  };
}

interface Taken {
  readonly outcomes: Map<string, ChallengeOutcome>;
  readonly decision: SendDecision;
}

/**
 * Sends are reserved last, because what many of them count for is then locked for no longer than a commit takes. Where
 * any is refused all begins anew, and they are reserved before anything is written of them.
 */
async function takeChallenges(
  tx: Transaction,
  ledger: SendLedger,
  challenges: NewChallenge[],
  lifetimeMs: number,
  isCareful: boolean,
): Promise<Taken> {
  const erased = await holdUsers(
    tx,
    challenges.map(({ userId }) => userId),
  );
  const living = challenges.filter(({ userId }) => !erased.has(userId));
  const added = await insertChallenges(tx, living, lifetimeMs);
  const carried = living.flatMap(({ id, requestId, outcome }) =>
    added.has(id) && 'message' in outcome ? [{ id, requestId, ...outcome }] : [],
  );
  const refused = isCareful ? await ledger.reserve(tx, carried) : undefined;
  const isAdmitted = ({ requestId }: { requestId: string }) => !refused?.refused.has(requestId);
  await forget(
    tx,
    carried.filter((send) => !isAdmitted(send)),
  );
  await insertMessages(
    tx,
    carried.filter(isAdmitted).map(({ message }) => message),
  );
  const taken = await findOutcomes(
    tx,
    living.map(({ requestId }) => requestId),
  );
  const decision = refused ?? (await ledger.reserve(tx, carried));
  if (!refused && decision.refused.size > 0) throw new SomeRefused();
  return { outcomes: new Map([...taken, ...toOutcomes(decision)]), decision };
}

/** Answers the ids of those that are new; what another transaction is adding just now is waited for. */
async function insertChallenges(tx: Transaction, challenges: NewChallenge[], lifetimeMs: number): Promise<Set<string>> {
  const rows = JSON.stringify(
    challenges.map(({ outcome, numberHash, ...challenge }) => ({
      ...challenge,
      numberHash: numberHash.toString('base64'),
      codeHash: 'codeHash' in outcome ? outcome.codeHash.toString('base64') : null,
      rejection: 'rejection' in outcome ? outcome.rejection : null,
    })),
  );
  // In one order, so that two batches that share requests cannot wait for each other in a circle.
  const added = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO phone_challenges (id, request_id, user_id, number_hash, code_hash, rejection, expires_at)
    SELECT c.id, c."requestId", c."userId", decode(c."numberHash", 'base64'), decode(c."codeHash", 'base64'), c.rejection,
           now() + ${lifetimeMs}::double precision * interval '1 millisecond'
    FROM json_to_recordset(${rows}::json) AS c(
      id uuid, "requestId" uuid, "userId" uuid, "numberHash" text, "codeHash" text, rejection text)
    ORDER BY c."requestId"
    ON CONFLICT (request_id) DO NOTHING
    RETURNING id::text AS id`;
  return new Set(added.map(({ id }) => id));
}

/** Refused for the moment only: the same request may come again, and is then as good as new. */
async function forget(tx: Transaction, refused: { id: string }[]): Promise<void> {
  if (refused.length === 0) return;
  await tx.$executeRaw`DELETE FROM phone_challenges WHERE id = ANY(${refused.map(({ id }) => id)}::uuid[])`;
}

function toOutcomes({ refused }: SendDecision): [string, ChallengeOutcome][] {
  return [...refused].map(([requestId, { retryAfterMs }]) => [
    requestId,
    { requestId, codeSentAt: null, codeExpiresAt: null, rejection: 'BUDGET_EXCEEDED', retryAfterMs },
  ]);
}

async function findOutcomes(tx: Transaction, requestIds: string[]): Promise<Map<string, ChallengeOutcome>> {
  const rows = await tx.$queryRaw<ChallengeOutcome[]>`
    SELECT request_id::text AS "requestId", rejection,
           CASE WHEN rejection IS NULL THEN created_at END AS "codeSentAt",
           CASE WHEN rejection IS NULL THEN expires_at END AS "codeExpiresAt"
    FROM phone_challenges WHERE request_id = ANY(${requestIds}::uuid[])`;
  return new Map(rows.map((row) => [row.requestId, row]));
}

async function lockLatest(tx: Transaction, keys: { userId: string; numberHash: Buffer }[]): Promise<LockedChallenge[]> {
  const userIds = keys.map(({ userId }) => userId);
  const hashes = keys.map(({ numberHash }) => numberHash.toString('base64'));
  const latest = await tx.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT ON (c.user_id, c.number_hash) c.id::text AS id
    FROM unnest(${userIds}::uuid[], ${hashes}::text[]) AS wanted(user_id, number_hash)
    JOIN phone_challenges c ON c.user_id = wanted.user_id AND c.number_hash = decode(wanted.number_hash, 'base64')
    WHERE c.code_hash IS NOT NULL
    ORDER BY c.user_id, c.number_hash, c.created_at DESC, c.id DESC`;
  if (latest.length === 0) return [];
  // Locked in one order, so that two batches cannot wait for each other in a circle; read after the lock is held.
  const rows = await tx.$queryRaw<
    (Omit<LockedChallenge, 'numberHash' | 'codeHash'> & Record<'numberHash' | 'codeHash', Uint8Array>)[]
  >`
    SELECT id::text AS id, user_id::text AS "userId", number_hash AS "numberHash", code_hash AS "codeHash", tries,
           verified_at AS "verifiedAt", expires_at <= clock_timestamp() AS expired, clock_timestamp() AS now
    FROM phone_challenges WHERE id = ANY(${latest.map(({ id }) => id)}::uuid[]) ORDER BY id FOR UPDATE`;
  return rows.map((row) => ({ ...row, numberHash: Buffer.from(row.numberHash), codeHash: Buffer.from(row.codeHash) }));
}

async function update(
  tx: Transaction,
  changed: { id: string; tries: number; verifiedAt: Date | null }[],
): Promise<void> {
  if (changed.length === 0) return;
  await tx.$executeRaw`
    UPDATE phone_challenges c SET tries = changed.tries, verified_at = changed."verifiedAt"
    FROM json_to_recordset(${JSON.stringify(changed)}::json) AS changed(id uuid, tries int, "verifiedAt" timestamptz)
    WHERE c.id = changed.id`;
}
