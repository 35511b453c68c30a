import { hostname } from 'node:os';
import { createBatcher } from '@atrium/service-kit';
import type { DeliveryStore, HeldMessage, WaitingMessage } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';
import { addedJobs } from './message-queue.ts';
import { applyProviderEvents } from './provider-event-store.ts';

/** Statements are shared by up to so many messages. */
const batch = { maxSize: 250, concurrency: 2 };

/** Which worker took a message on, for those who look at the table. */
const worker = `${hostname()}:${process.pid}`;

/**
 * What the delivery worker reads and writes, in batches of what is under way at once. A sent text goes at once; a failed
 * one may be replayed, and goes later (see forget-failed-texts.ts), unless it carries a code.
 */
export function createDeliveryStore(database: Database): DeliveryStore {
  const claims = createBatcher((wanted: Claim[]) => claim(database, wanted), batch);
  const sent = createBatcher((messages: SentMessage[]) => recordSent(database, messages), batch);
  const failed = createBatcher((messages: FailedMessage[]) => recordFailed(database, messages), batch);
  const later = createBatcher((messages: PutOffMessage[]) => putOff(database, messages), batch);
  const suppressed = createBatcher((messages: HeldMessage[]) => recordSuppressed(database, messages), batch);
  return {
    find: createBatcher((ids: string[]) => find(database, ids), batch),
    claim: ({ id, attempts }, provider) => claims({ id, attempts, provider }),
    recordSent: (id, provider, providerMessageId) => sent({ id, provider, providerMessageId }),
    recordFailed: ({ id, attempts }, failure, { doubtful = false } = {}) => failed({ id, attempts, failure, doubtful }),
    recordSuppressed: ({ id, attempts }) => suppressed({ id, attempts }),
    putOff: ({ id, attempts }, delayMs, { inDoubt = false, notDue = false } = {}) =>
      later({ id, attempts, delayMs, inDoubt, notDue }),
  };
}

interface Claim extends HeldMessage {
  readonly provider: string;
}

interface SentMessage {
  readonly id: string;
  readonly provider: string;
  readonly providerMessageId: string | null;
}

interface FailedMessage extends HeldMessage {
  readonly failure: string;
  readonly doubtful: boolean;
}

interface PutOffMessage extends HeldMessage {
  readonly delayMs: number;
  readonly inDoubt: boolean;
  readonly notDue: boolean;
}

type WaitingRow = Omit<WaitingMessage, 'sealed'> & { sealed: Uint8Array };

async function find(database: Database, ids: string[]): Promise<(WaitingMessage | undefined)[]> {
  const rows = await database.$queryRaw<WaitingRow[]>`
    SELECT id::text AS id, operation, channel::text AS channel, locale, sealed, urgent, status::text AS status, provider,
           attempts, extract(epoch FROM now() - due_at)::double precision * 1000 AS "ageMs",
           COALESCE(not_after <= now(), false) AS lapsed, now() AS now
    FROM messages WHERE id = ANY(${ids}::uuid[]) AND status IN ('QUEUED', 'SENDING')`;
  const byId = new Map(rows.map((row) => [row.id, { ...row, sealed: Buffer.from(row.sealed) }]));
  return ids.map((id) => byId.get(id));
}

async function claim(database: Database, wanted: Claim[]): Promise<(HeldMessage | undefined)[]> {
  const rows = await database.$queryRaw<HeldMessage[]>`
    ${lockHeld(wanted)}
    UPDATE messages m
    SET status = 'SENDING', attempts = m.attempts + 1, provider = given.provider, sending_since = now(), sending_by = ${worker}
    FROM locked JOIN ${given(wanted)} AS given(id uuid, attempts int, provider text) USING (id)
    WHERE m.id = locked.id AND m.attempts = given.attempts
    RETURNING m.id::text AS id, m.attempts`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  return wanted.map(({ id }) => byId.get(id));
}

async function recordSent(database: Database, messages: SentMessage[]): Promise<undefined[]> {
  await database.$executeRaw`
    WITH locked AS MATERIALIZED (
      SELECT id FROM messages WHERE id = ANY(${messages.map(({ id }) => id)}::uuid[])
        AND (status IN ('QUEUED', 'SENDING') OR doubtful) ORDER BY id FOR UPDATE
    )
    UPDATE messages m
    SET status = 'SENT', sent_at = now(), sealed = NULL, failure = NULL, failed_at = NULL, doubtful = false,
        provider = given.provider, provider_message_id = given."providerMessageId"
    FROM locked JOIN ${given(messages)} AS given(id uuid, provider text, "providerMessageId" text) USING (id)
    WHERE m.id = locked.id`;
  // A provider may have told what became of a message before we had noted that it took it.
  await applyProviderEvents(
    database,
    messages.map(({ id }) => id),
  );
  return messages.map(() => undefined);
}

async function recordFailed(database: Database, messages: FailedMessage[]): Promise<undefined[]> {
  await database.$executeRaw`
    ${lockHeld(messages)}
    UPDATE messages m
    SET status = 'FAILED', failure = given.failure, doubtful = given.doubtful, failed_at = now(),
        sealed = CASE WHEN m.urgent THEN NULL ELSE m.sealed END
    FROM locked JOIN ${given(messages)} AS given(id uuid, attempts int, failure text, doubtful boolean) USING (id)
    WHERE m.id = locked.id AND m.attempts = given.attempts`;
  return messages.map(() => undefined);
}

async function recordSuppressed(database: Database, messages: HeldMessage[]): Promise<undefined[]> {
  await database.$executeRaw`
    ${lockHeld(messages)}
    UPDATE messages m SET status = 'SUPPRESSED', sealed = NULL
    FROM locked JOIN ${given(messages)} AS given(id uuid, attempts int) USING (id)
    WHERE m.id = locked.id AND m.attempts = given.attempts`;
  return messages.map(() => undefined);
}

/** The job that is running then ends for good; the one that takes its place is written in the same statement. */
async function putOff(database: Database, messages: PutOffMessage[]): Promise<undefined[]> {
  await database.$queryRaw`
    ${lockHeld(messages)}, waiting AS (
      UPDATE messages m
      SET status = CASE WHEN given."inDoubt" THEN m.status ELSE 'QUEUED' END,
          due_at = CASE WHEN given."notDue" THEN now() + pause ELSE m.due_at END
      FROM locked JOIN ${given(messages)}
        AS given(id uuid, attempts int, "delayMs" double precision, "inDoubt" boolean, "notDue" boolean) USING (id),
        LATERAL (SELECT given."delayMs" * interval '1 millisecond' AS pause) AS paused
      WHERE m.id = locked.id AND m.attempts = given.attempts
      RETURNING m.id, m.urgent, m.channel, now() + pause AS run_at
    )
    SELECT count(*) FROM ${addedJobs('waiting', 'at run_at')}`;
  return messages.map(() => undefined);
}

/** Rows are locked in one order, here and wherever many are changed, so that nobody waits in a circle. */
function lockHeld(messages: readonly HeldMessage[]): Prisma.Sql {
  return Prisma.sql`
    WITH locked AS MATERIALIZED (
      SELECT id FROM messages WHERE id = ANY(${messages.map(({ id }) => id)}::uuid[])
        AND status IN ('QUEUED', 'SENDING') ORDER BY id FOR UPDATE
    )`;
}

function given(messages: readonly object[]): Prisma.Sql {
  return Prisma.sql`json_to_recordset(${JSON.stringify(messages)}::json)`;
}
