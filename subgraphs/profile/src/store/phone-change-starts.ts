import { newId } from '@atrium/service-kit';
import type { OutboxRecord } from '../domain/outbox-record.ts';
import { isNotNow, type VerificationStart } from '../domain/ports.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import type { Connection, Database } from './client.ts';
import { Prisma } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';
import { lockedUsers } from './locked-users.ts';
import { tellSubscribers } from './tell-subscribers.ts';

/** What Messaging answered to a request for a code. */
export interface Started {
  readonly record: OutboxRecord;
  readonly start: VerificationStart;
}

/**
 * Records the fate of requests for codes to pending numbers. An answer counts only while its request stands in the
 * outbox: a change that was replaced took its request with it.
 */
export async function recordChangeStarts(
  database: Database,
  started: readonly Started[],
  subscriptions: Subscriptions,
): Promise<void> {
  if (started.length === 0) return;
  await inTransaction(database, async (connection) => {
    await freeRefusedNumbers(connection, started);
    await closeRequests(connection, started, subscriptions);
  });
}

/** Claims are locked before users. A refusal for the moment ends only a change that no code was sent for yet. */
async function freeRefusedNumbers(connection: Connection, started: readonly Started[]): Promise<void> {
  const refused = started.flatMap(({ record, start }) =>
    'rejection' in start ? [{ id: record.id, notNow: isNotNow(start.rejection) }] : [],
  );
  if (refused.length === 0) return;
  await connection.$executeRaw(Prisma.sql`
    DELETE FROM phone_claims WHERE phone_number IN (
      SELECT phone_claims.phone_number
      FROM unnest(${refused.map(({ id }) => id)}::uuid[], ${refused.map(({ notNow }) => notNow)}::bool[])
        AS input (request_id, not_now)
      JOIN outbox ON outbox.id = input.request_id AND outbox.type = 'phone.change-requested'
      JOIN users ON users.id = outbox.user_id
      JOIN phone_claims ON phone_claims.user_id = users.id AND phone_claims.phone_number = users.pending_phone_number
      WHERE NOT phone_claims.verified AND NOT (input.not_now AND users.pending_code_sent_at IS NOT NULL)
      ORDER BY phone_claims.phone_number FOR UPDATE OF phone_claims
    )`);
}

/** A change whose claim is gone ends; the others know when their code was sent. */
async function closeRequests(
  connection: Connection,
  started: readonly Started[],
  subscriptions: Subscriptions,
): Promise<void> {
  const sent = started.map(({ start }) => ('rejection' in start ? undefined : start));
  const userIds = started.map(({ record }) => record.userId);
  await connection.$executeRaw(Prisma.sql`
    WITH ${lockedUsers(userIds)}, input AS (
      SELECT * FROM unnest(
        ${started.map(({ record }) => record.id)}::uuid[],
        ${sent.map((start) => start?.codeSentAt ?? null)}::timestamptz[],
        ${sent.map((start) => start?.codeExpiresAt ?? null)}::timestamptz[], ${started.map(() => newId())}::uuid[]
      ) AS input (request_id, sent_at, expires_at, event_id)
    ), answered AS MATERIALIZED (
      SELECT outbox.id, outbox.destination, outbox.user_id, outbox.client_id, input.sent_at, input.expires_at, input.event_id
      FROM outbox JOIN input ON input.request_id = outbox.id
      WHERE outbox.type = 'phone.change-requested' AND (SELECT count(*) FROM locked) >= 0
      ORDER BY outbox.id FOR UPDATE OF outbox
    ), removed AS (
      DELETE FROM outbox USING answered WHERE outbox.id = answered.id AND outbox.destination = answered.destination
      RETURNING answered.user_id, answered.client_id, answered.sent_at, answered.expires_at, answered.event_id
    ), judged AS (
      SELECT removed.*, EXISTS (
        SELECT FROM phone_claims
        WHERE phone_claims.user_id = removed.user_id AND phone_claims.phone_number = users.pending_phone_number
      ) AS waits
      FROM removed JOIN users ON users.id = removed.user_id
    ), changed AS (
      UPDATE users SET
        pending_phone_number = CASE WHEN waits THEN pending_phone_number END,
        pending_code_sent_at = CASE WHEN waits THEN coalesce(sent_at, pending_code_sent_at) END,
        pending_code_expires_at = CASE WHEN waits THEN coalesce(judged.expires_at, pending_code_expires_at) END,
        version = CASE WHEN waits THEN version ELSE version + 1 END,
        updated_at = CASE WHEN waits THEN updated_at ELSE now() END
      FROM judged WHERE users.id = judged.user_id AND users.pending_phone_number IS NOT NULL
      RETURNING users.id, users.version, judged.client_id, judged.event_id, judged.waits
    ) ${tellSubscribers(subscriptions, 'user.updated', Prisma.sql`(SELECT * FROM changed WHERE NOT waits)`)}
    SELECT 1 FROM changed`);
}
