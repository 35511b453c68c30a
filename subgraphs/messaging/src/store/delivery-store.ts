import type { ClaimedMessage, DeliveryStore } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { requeue } from './message-queue.ts';

/** What the delivery worker writes. The text goes as soon as nobody needs it. */
export function createDeliveryStore(database: Database): DeliveryStore {
  return {
    async claim(messageId) {
      const rows = await database.$queryRaw<(Omit<ClaimedMessage, 'sealed'> & { sealed: Uint8Array })[]>`
        UPDATE messages SET status = 'SENDING', attempts = attempts + 1
        WHERE id = ${messageId}::uuid AND status IN ('QUEUED', 'SENDING')
        RETURNING id::text AS id, operation, channel::text AS channel, locale, sealed, attempts,
                  COALESCE(not_after <= now(), false) AS "tooLate"`;
      const [row] = rows;
      return row && { ...row, sealed: Buffer.from(row.sealed) };
    },

    async recordSent(messageId, provider, providerMessageId) {
      await database.$executeRaw`
        UPDATE messages
        SET status = 'SENT', sent_at = now(), sealed = NULL, provider = ${provider}, provider_message_id = ${providerMessageId}
        WHERE id = ${messageId}::uuid AND status = 'SENDING'`;
    },

    async recordFailed(messageId, failure) {
      await database.$executeRaw`
        UPDATE messages SET status = 'FAILED', failure = ${failure}, sealed = NULL
        WHERE id = ${messageId}::uuid AND status = 'SENDING'`;
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
