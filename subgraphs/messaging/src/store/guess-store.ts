import type {
  AcceptanceCounter,
  ChallengeKey,
  GuessedChallenge,
  GuessStore,
  LockedChallenge,
  LockedChallenges,
} from '../domain/ports.ts';
import { phoneVerification } from '../domain/purpose.ts';
import { wantedKeys } from './challenge-keys.ts';
import type { Database, Transaction } from './database.ts';
import { holdOneTimeCodes } from './one-time-code-lock.ts';
import { addGuesses, lockRecipients } from './recipient-limits.ts';
import type { SendLedger } from './send-ledger.ts';

/** Guesses at one-time codes, judged one after the other where they meet. */
export function createGuessStore(database: Database, ledger: SendLedger): GuessStore {
  return {
    async decide(keys, windowMs, decide) {
      const changes = await database.$transaction(async (tx) => {
        const locked = await lockOpen(tx, keys, windowMs);
        const after = decide(locked);
        const changed = changedIn(locked, after);
        await updateChallenges(tx, changed);
        await addGuesses(tx, guessesIn(locked, after), windowMs);
        return ledger.countVerified(
          tx,
          changed.flatMap(({ id, places = [] }) => (places.length === 0 ? [] : [{ challengeId: id, places }])),
        );
      });
      ledger.tell({ changes });
    },
  };
}

/** Acceptances whose number was found out after the guess was judged. */
export function createAcceptanceCounter(database: Database, ledger: SendLedger): AcceptanceCounter {
  return {
    async countAccepted(challengeId, places) {
      const changes = await database.$transaction((tx) => ledger.countVerified(tx, [{ challengeId, places }]));
      ledger.tell({ changes });
    },
  };
}

async function lockOpen(tx: Transaction, keys: ChallengeKey[], windowMs: number): Promise<LockedChallenges> {
  await holdOneTimeCodes(
    tx,
    keys.filter(({ purpose }) => purpose !== phoneVerification),
  );
  const sentTo = await tx.$queryRaw<{ recipientHash: Uint8Array }[]>`
    SELECT DISTINCT recipient_hash AS "recipientHash" FROM challenges JOIN ${wantedKeys(keys)}
      USING (user_id, purpose, bound_to)
    WHERE code_hash IS NOT NULL AND ended_at IS NULL`;
  if (sentTo.length === 0) return { challenges: [], recipients: [] };
  const recipients = await lockRecipients(
    tx,
    sentTo.map(({ recipientHash }) => Buffer.from(recipientHash)),
  );
  return {
    challenges: await lockChallenges(tx, keys),
    recipients: recipients.map(({ recipientHash, guessAgesMs }) => ({
      recipientHash,
      guesses: guessAgesMs.filter((age) => age < windowMs).length,
    })),
  };
}

/** Locked in one order, so that two batches cannot wait for each other in a circle; read after the locks are held. */
async function lockChallenges(tx: Transaction, keys: ChallengeKey[]): Promise<LockedChallenge[]> {
  type Row = Omit<LockedChallenge, 'recipientHash' | 'codeHash'> & Record<'recipientHash' | 'codeHash', Uint8Array>;
  const rows = await tx.$queryRaw<Row[]>`
    SELECT c.id::text AS id, c.user_id::text AS "userId", c.purpose, c.bound_to AS "boundTo",
      c.recipient_hash AS "recipientHash", c.key_id AS "keyId", c.code_hash AS "codeHash", c.tries,
      c.is_test AS "isTest",
      c.accepted_at AS "acceptedAt", c.expires_at <= clock_timestamp() AS expired, clock_timestamp() AS now
    FROM challenges c JOIN ${wantedKeys(keys)} USING (user_id, purpose, bound_to)
    WHERE c.code_hash IS NOT NULL AND c.ended_at IS NULL
    ORDER BY c.id FOR UPDATE OF c`;
  return rows.map((row) => ({
    ...row,
    recipientHash: Buffer.from(row.recipientHash),
    codeHash: Buffer.from(row.codeHash),
  }));
}

function changedIn(before: LockedChallenges, after: LockedChallenges<GuessedChallenge>): GuessedChallenge[] {
  const byId = new Map(before.challenges.map((challenge) => [challenge.id, challenge]));
  return after.challenges.filter(({ id, tries, acceptedAt }) => {
    const was = byId.get(id);
    return was?.tries !== tries || was.acceptedAt !== acceptedAt;
  });
}

function guessesIn(
  before: LockedChallenges,
  after: LockedChallenges<GuessedChallenge>,
): { recipientHash: Buffer; count: number }[] {
  return after.recipients.flatMap(({ recipientHash, guesses }) => {
    const was = before.recipients.find((each) => each.recipientHash.equals(recipientHash));
    const count = guesses - (was?.guesses ?? 0);
    return count > 0 ? [{ recipientHash, count }] : [];
  });
}

async function updateChallenges(tx: Transaction, changed: LockedChallenge[]): Promise<void> {
  if (changed.length === 0) return;
  const rows = changed.map(({ id, tries, acceptedAt }) => ({ id, tries, acceptedAt }));
  await tx.$executeRaw`
    UPDATE challenges c SET tries = changed.tries, accepted_at = changed."acceptedAt"
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS changed(id uuid, tries int, "acceptedAt" timestamptz)
    WHERE c.id = changed.id`;
}
