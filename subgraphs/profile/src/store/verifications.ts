import { createBatcher, newId } from '@atrium/service-kit';
import { isNotNow, type Proof, type VerificationStore } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { User } from '../domain/user.ts';
import type { Database } from './client.ts';
import { exchangePhoneNumber } from './exchange-phone-number.ts';
import { Prisma } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';
import { lockedUsers } from './locked-users.ts';
import { findRequest } from './outbox.ts';
import { recordChangeStarts, type Started } from './phone-change-starts.ts';
import { requestCodeAgain } from './request-code-again.ts';
import { tellSubscribers } from './tell-subscribers.ts';
import { countUsers } from './user-stats.ts';
import { findUsersByIds } from './users.ts';

/** The proofs of phone numbers in PostgreSQL. */
export function createVerificationStore(database: Database, subscriptions: Subscriptions): VerificationStore {
  const options = { maxSize: 500, concurrency: 1 };
  const recordStart = createBatcher((started: Started[]) => recordStarts(database, subscriptions, started), options);
  return {
    recordStart: (record, start) => recordStart({ record, start }),
    recordVerified: createBatcher((proofs: Proof[]) => recordVerified(database, subscriptions, proofs), options),
    exchangePhoneNumber: (proof) => exchangePhoneNumber(database, proof, subscriptions),
    requestCodeAgain: (request) => requestCodeAgain(database, request),
    findRequest: (userId, type = 'phone.verification-requested') => findRequest(database, userId, type),
  };
}

async function recordStarts(
  database: Database,
  subscriptions: Subscriptions,
  started: Started[],
): Promise<(User | undefined)[]> {
  const ofCurrent = started.filter(({ record }) => record.type === 'phone.verification-requested');
  await recordRejections(database, subscriptions, ofCurrent);
  await recordPostponements(database, ofCurrent);
  await recordCodes(database, ofCurrent);
  await recordChangeStarts(
    database,
    started.filter(({ record }) => record.type === 'phone.change-requested'),
    subscriptions,
  );
  return findUsersByIds(
    database,
    started.map(({ record }) => record.userId),
  );
}

/** A number that Messaging refused after all: the user has FAILED and holds it no longer. */
async function recordRejections(database: Database, subscriptions: Subscriptions, started: Started[]): Promise<void> {
  const refused = started.flatMap(({ record, start }) =>
    'rejection' in start && !isNotNow(start.rejection) ? [{ record, rejection: start.rejection }] : [],
  );
  if (refused.length === 0) return;
  const ids = refused.map(({ record }) => record.userId);
  const records = refused.map(({ record }) => record.id);
  await inTransaction(database, async (connection) => {
    await connection.$executeRaw(Prisma.sql`
        DELETE FROM phone_claims WHERE phone_number IN (
          SELECT phone_claims.phone_number FROM phone_claims JOIN users
            ON users.id = phone_claims.user_id AND users.phone_number = phone_claims.phone_number
          WHERE users.id = ANY (${ids}::uuid[]) AND users.phone_status = 'PENDING' AND NOT phone_claims.verified
          ORDER BY phone_claims.phone_number FOR UPDATE OF phone_claims
        )`);
    await connection.$executeRaw(Prisma.sql`
        WITH ${lockedUsers(ids)}, ${removedRequests(records)}, changed AS (
          UPDATE users
          SET phone_status = 'FAILED', phone_failure = rejection, version = version + 1, updated_at = now()
          FROM locked JOIN unnest(
            ${ids}::uuid[], ${refused.map(({ rejection }) => rejection)}::text[],
            ${refused.map(({ record }) => record.clientId)}::text[], ${refused.map(() => newId())}::uuid[]
          ) AS input (user_id, rejection, client_id, event_id) ON input.user_id = locked.id
          WHERE users.id = locked.id AND phone_status = 'PENDING'
          RETURNING users.id, users.version, input.client_id, input.event_id
        ) ${tellSubscribers(subscriptions, 'user.updated', Prisma.sql`changed`)}
        SELECT 1 FROM changed`);
  });
}

/** How long a first code is put off where Messaging does not say. */
const usualWaitMs = 60_000;

/**
 * Who may have no further code for the moment goes on with the one that was sent before. Who never had any waits: their
 * request is put off, some of the wait left to chance, so that what was refused together does not come back together.
 */
async function recordPostponements(database: Database, started: Started[]): Promise<void> {
  const postponed = started.flatMap(({ record, start }) =>
    'rejection' in start && isNotNow(start.rejection) ? [{ record, ...start }] : [],
  );
  if (postponed.length === 0) return;
  const ids = postponed.map(({ record }) => record.userId);
  await database.$executeRaw(Prisma.sql`
    WITH ${lockedUsers(ids)}, input AS (
      SELECT * FROM unnest(
        ${postponed.map(({ record }) => record.id)}::uuid[], ${ids}::uuid[],
        ${postponed.map(({ rejection }) => rejection)}::text[],
        ${postponed.map(({ retryAfterMs = usualWaitMs }) => retryAfterMs)}::float8[]
      ) AS input (id, user_id, rejection, wait_ms)
    ), answered AS MATERIALIZED (
      SELECT outbox.id, outbox.destination, input.rejection, input.wait_ms,
        coalesce(users.phone_status = 'PENDING' AND users.code_sent_at IS NULL, false) AS waits
      FROM outbox JOIN input USING (id) LEFT JOIN users ON users.id = input.user_id
      WHERE outbox.destination = 'messaging' AND (SELECT count(*) FROM locked) >= 0
      ORDER BY outbox.id FOR UPDATE OF outbox
    ), removed AS (
      DELETE FROM outbox USING answered
      WHERE outbox.id = answered.id AND outbox.destination = answered.destination AND NOT answered.waits
    ), put_off AS (
      UPDATE outbox SET
        due_at = now() + answered.wait_ms * (1 + random() / 10) * interval '1 millisecond', last_fault = answered.rejection
      FROM answered
      WHERE outbox.id = answered.id AND outbox.destination = answered.destination AND answered.waits
    )
    UPDATE users SET phone_status = 'CODE_SENT' FROM locked
    WHERE users.id = locked.id AND phone_status = 'PENDING' AND code_sent_at IS NOT NULL`);
}

/** Only who is still PENDING: others have been verified, refused or taken over while the answer was on its way. */
async function recordCodes(database: Database, started: Started[]): Promise<void> {
  const sent = started.flatMap(({ record, start }) => ('rejection' in start ? [] : [{ record, ...start }]));
  if (sent.length === 0) return;
  const ids = sent.map(({ record }) => record.userId);
  await database.$executeRaw(Prisma.sql`
    WITH ${lockedUsers(ids)}, ${removedRequests(sent.map(({ record }) => record.id))}
    UPDATE users
    SET phone_status = 'CODE_SENT', code_sent_at = input.sent_at, code_expires_at = input.code_expires_at
    FROM locked JOIN unnest(
      ${ids}::uuid[], ${sent.map(({ codeSentAt }) => codeSentAt)}::timestamptz[],
      ${sent.map(({ codeExpiresAt }) => codeExpiresAt)}::timestamptz[]
    ) AS input (user_id, sent_at, code_expires_at) ON input.user_id = locked.id
    WHERE users.id = locked.id AND phone_status = 'PENDING'`);
}

/** Removes the requests that are answered; it counts the locked users first, for their rows come before these. */
function removedRequests(ids: string[]): Prisma.Sql {
  return Prisma.sql`removed AS (
    DELETE FROM outbox USING (
      SELECT id, destination FROM outbox
      WHERE id = ANY (${ids}::uuid[]) AND destination = 'messaging' AND (SELECT count(*) FROM locked) >= 0
      ORDER BY id FOR UPDATE
    ) AS answered
    WHERE outbox.id = answered.id AND outbox.destination = answered.destination
  )`;
}

/**
 * Lets proofs stand where the number is still the user's: the claim decides, not the user's row, because somebody may
 * have taken a lapsed claim over. Who is verified already stays as they are, and no second event is told. Claims are
 * locked before users and both in one order, so that two processes with the same users cannot deadlock.
 */
async function recordVerified(
  database: Database,
  subscriptions: Subscriptions,
  proofs: Proof[],
): Promise<(User | undefined)[]> {
  const ids = proofs.map(({ userId }) => userId);
  const held = await database.$queryRaw<{ userId: string; phoneNumber: string }[]>(Prisma.sql`
    WITH input AS (
      SELECT DISTINCT ON (user_id, phone_number) * FROM unnest(
        ${ids}::uuid[], ${proofs.map(({ phoneNumber }) => phoneNumber)}::text[],
        ${proofs.map(({ verifiedAt }) => verifiedAt)}::timestamptz[], ${proofs.map(({ clientId }) => clientId)}::text[],
        ${proofs.map(() => newId())}::uuid[]
      ) AS input (user_id, phone_number, verified_at, client_id, event_id)
    ), claimed AS MATERIALIZED (
      SELECT phone_number, user_id FROM phone_claims JOIN input USING (phone_number, user_id)
      ORDER BY phone_number FOR UPDATE OF phone_claims
    ), locked AS MATERIALIZED (
      SELECT id FROM users WHERE id IN (SELECT user_id FROM claimed) ORDER BY id FOR UPDATE
    ), held AS (
      UPDATE phone_claims SET verified = true FROM claimed JOIN locked ON locked.id = claimed.user_id
      WHERE phone_claims.phone_number = claimed.phone_number AND phone_claims.user_id = claimed.user_id
      RETURNING phone_claims.user_id, phone_claims.phone_number
    ), verified AS (
      UPDATE users
      SET phone_status = 'VERIFIED', verified_at = input.verified_at, phone_failure = NULL,
        version = version + 1, updated_at = now()
      FROM input JOIN held USING (user_id, phone_number)
      WHERE users.id = input.user_id AND users.phone_number = input.phone_number AND phone_status <> 'VERIFIED'
      RETURNING users.id, users.version, users.country, input.client_id, input.event_id
    ) ${tellSubscribers(subscriptions, 'user.verified', Prisma.sql`verified`)}
    ${countUsers('verified', Prisma.sql`verified`)}
    SELECT user_id AS "userId", phone_number AS "phoneNumber" FROM held`);
  const holders = new Set(held.map(({ userId, phoneNumber }) => `${userId} ${phoneNumber}`));
  const users = await findUsersByIds(database, ids);
  return proofs.map(({ userId, phoneNumber }, index) =>
    holders.has(`${userId} ${phoneNumber}`) ? users[index] : undefined,
  );
}
