import { createBatcher } from '@atrium/service-kit';
import type { ClaimedMessage, DeliveryStore } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { requeue } from './message-queue.ts';
import { applyProviderEvents } from './provider-event-store.ts';

/** Statements are shared by up to so many messages. */
const batch = { maxSize: 100, concurrency: 2 };

/** What the delivery worker writes, in batches of what is under way at once. The text goes as soon as nobody needs it. */
export function createDeliveryStore(database: Database): DeliveryStore {
  const sent = createBatcher((messages: SentMessage[]) => recordSent(database, messages), batch);
  return {
    claim: createBatcher((ids: string[]) => claim(database, ids), batch),

    recordSent: (id, provider, providerMessageId) => sent({ id, provider, providerMessageId }),

    async recordFailed(messageId, failure) {
      await database.$executeRaw`
        UPDATE messages SET status = 'FAILED', failure = ${failure}, sealed = NULL
        WHERE id = ${messageId}::uuid AND status = 'SENDING'`;
    },

    async recordSuppressed(messageId) {
      await database.$executeRaw`
        UPDATE messages SET status = 'SUPPRESSED', sealed = NULL WHERE id = ${messageId}::uuid AND status = 'SENDING'`;
    },

    async putOff(messageId, delayMs) {
      await database.$transaction(async (tx) => {
        const rows = await tx.$queryRaw<{ urgent: boolean }[]>`
          UPDATE messages SET status = 'QUEUED' WHERE id = ${messageId}::uuid AND status = 'SENDING' RETURNING urgent`;
        const [row] = rows;
        if (row) await requeue(tx, messageId, row.urgent, delayMs);
      });
    },
  };
}

interface SentMessage {
  readonly id: string;
  readonly provider: string;
  readonly providerMessageId: string | null;
}

type ClaimedRow = Omit<ClaimedMessage, 'sealed'> & { sealed: Uint8Array };

async function claim(database: Database, ids: string[]): Promise<(ClaimedMessage | undefined)[]> {
  // Rows are locked in one order, here and wherever many are changed, so that nobody waits in a circle.
  const rows = await database.$queryRaw<ClaimedRow[]>`
    UPDATE messages SET status = 'SENDING', attempts = attempts + 1
    WHERE id IN (
      SELECT id FROM messages WHERE id = ANY(${ids}::uuid[]) AND status IN ('QUEUED', 'SENDING') ORDER BY id FOR UPDATE)
    RETURNING id::text AS id, operation, channel::text AS channel, locale, sealed, attempts,
              COALESCE(not_after <= now(), false) AS "tooLate"`;
  const byId = new Map(rows.map((row) => [row.id, { ...row, sealed: Buffer.from(row.sealed) }]));
  return ids.map((id) => byId.get(id));
}

async function recordSent(database: Database, messages: SentMessage[]): Promise<undefined[]> {
  await database.$executeRaw`
    WITH locked AS MATERIALIZED (
      SELECT id FROM messages WHERE id = ANY(${messages.map(({ id }) => id)}::uuid[]) ORDER BY id FOR UPDATE
    )
    UPDATE messages m
    SET status = 'SENT', sent_at = now(), sealed = NULL, provider = sent.provider, provider_message_id = sent."providerMessageId"
    FROM locked JOIN json_to_recordset(${JSON.stringify(messages)}::json)
      AS sent(id uuid, provider text, "providerMessageId" text) USING (id)
    WHERE m.id = locked.id AND m.status = 'SENDING'`;
  // A provider may have told what became of a message before we had noted that it took it.
  await applyProviderEvents(
    database,
    messages.map(({ id }) => id),
  );
  return messages.map(() => undefined);
}
