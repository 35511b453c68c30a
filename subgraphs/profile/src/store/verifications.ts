import { createBatcher, newId } from '@atrium/service-kit';
import type { OutboxRecord } from '../domain/outbox-record.ts';
import type { VerificationStart, VerificationStore } from '../domain/ports.ts';
import type { User } from '../domain/user.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';
import { type OutboxRow, outboxColumns } from './outbox.ts';
import { findUsersByIds } from './users.ts';

interface Started {
  record: OutboxRecord;
  start: VerificationStart;
}

type Proof = Parameters<VerificationStore['recordVerified']>[0];

/** The proofs of phone numbers in PostgreSQL. */
export function createVerificationStore(database: Database): VerificationStore {
  // One at a time: two batches that hold the same two users could each wait for the other's second.
  const options = { maxSize: 500, concurrency: 1 };
  const recordStart = createBatcher((started: Started[]) => recordStarts(database, started), options);
  return {
    recordStart: (record, start) => recordStart({ record, start }),
    recordVerified: createBatcher((proofs: Proof[]) => recordVerified(database, proofs), options),
    async findRequest(userId) {
      const [record] = await database.$queryRaw<OutboxRow[]>(Prisma.sql`
        SELECT ${outboxColumns} FROM outbox
        WHERE user_id = ${userId}::uuid AND destination = 'messaging' AND type = 'phone.verification-requested'`);
      return record;
    },
  };
}

async function recordStarts(database: Database, started: Started[]): Promise<(User | undefined)[]> {
  await database.$transaction(
    async (connection) => {
      await recordRejections(connection, started);
      await recordCodes(connection, started);
      await connection.$executeRaw(Prisma.sql`
        DELETE FROM outbox
        WHERE id = ANY (${started.map(({ record }) => record.id)}::uuid[]) AND destination = 'messaging'`);
    },
    { maxWait: 10_000, timeout: 10_000 },
  );
  return findUsersByIds(
    database,
    started.map(({ record }) => record.userId),
  );
}

/** A number that Messaging refused after all: the user has FAILED and holds it no longer. */
async function recordRejections(connection: Connection, started: Started[]): Promise<void> {
  const refused = started.flatMap(({ record: { userId }, start }) =>
    'rejection' in start ? [{ userId, rejection: start.rejection }] : [],
  );
  if (refused.length === 0) return;
  const ids = refused.map(({ userId }) => userId);
  await connection.$executeRaw(Prisma.sql`
    DELETE FROM phone_claims WHERE user_id = ANY (${ids}::uuid[]) AND NOT verified`);
  await connection.$executeRaw(Prisma.sql`
    UPDATE users
    SET phone_status = 'FAILED', phone_failure = rejection, version = version + 1, updated_at = now()
    FROM unnest(${ids}::uuid[], ${refused.map(({ rejection }) => rejection)}::text[]) AS input (user_id, rejection)
    WHERE users.id = input.user_id AND phone_status = 'PENDING'`);
}

/** Only who is still PENDING: others have been verified, refused or taken over while the answer was on its way. */
async function recordCodes(connection: Connection, started: Started[]): Promise<void> {
  const sent = started.flatMap(({ record: { userId }, start }) => ('rejection' in start ? [] : [{ userId, ...start }]));
  if (sent.length === 0) return;
  await connection.$executeRaw(Prisma.sql`
    UPDATE users
    SET phone_status = 'CODE_SENT', code_sent_at = input.sent_at, code_expires_at = input.code_expires_at
    FROM unnest(
      ${sent.map(({ userId }) => userId)}::uuid[], ${sent.map(({ codeSentAt }) => codeSentAt)}::timestamptz[],
      ${sent.map(({ codeExpiresAt }) => codeExpiresAt)}::timestamptz[]
    ) AS input (user_id, sent_at, code_expires_at)
    WHERE users.id = input.user_id AND phone_status = 'PENDING'`);
}

/**
 * Lets proofs stand where the number is still the user's: the claim decides, not the user's row, because somebody may
 * have taken a lapsed claim over. Who is verified already stays as they are, and no second event is told.
 */
async function recordVerified(database: Database, proofs: Proof[]): Promise<(User | undefined)[]> {
  const ids = proofs.map(({ userId }) => userId);
  const held = await database.$queryRaw<{ userId: string; phoneNumber: string }[]>(Prisma.sql`
    WITH input AS (
      SELECT DISTINCT ON (user_id) * FROM unnest(
        ${ids}::uuid[], ${proofs.map(({ phoneNumber }) => phoneNumber)}::text[],
        ${proofs.map(({ verifiedAt }) => verifiedAt)}::timestamptz[], ${proofs.map(({ clientId }) => clientId)}::text[],
        ${proofs.map(() => newId())}::uuid[]
      ) AS input (user_id, phone_number, verified_at, client_id, event_id)
    ), held AS (
      UPDATE phone_claims SET verified = true FROM input
      WHERE phone_claims.phone_number = input.phone_number AND phone_claims.user_id = input.user_id
      RETURNING phone_claims.user_id, phone_claims.phone_number
    ), verified AS (
      UPDATE users
      SET phone_status = 'VERIFIED', verified_at = input.verified_at, phone_failure = NULL,
        version = version + 1, updated_at = now()
      FROM input JOIN held USING (user_id, phone_number)
      WHERE users.id = input.user_id AND users.phone_number = input.phone_number AND phone_status <> 'VERIFIED'
      RETURNING users.id, users.version, input.client_id, input.event_id
    ), told AS (
      INSERT INTO outbox (id, destination, type, user_id, version, client_id)
      SELECT event_id, 'messaging', 'user.verified', id, version, client_id FROM verified
    )
    SELECT user_id AS "userId", phone_number AS "phoneNumber" FROM held`);
  const holders = new Set(held.map(({ userId, phoneNumber }) => `${userId} ${phoneNumber}`));
  const users = await findUsersByIds(database, ids);
  return proofs.map(({ userId, phoneNumber }, index) =>
    holders.has(`${userId} ${phoneNumber}`) ? users[index] : undefined,
  );
}
