import { createBatcher } from '@atrium/service-kit';
import type { MessageChannel } from '../domain/message.ts';
import type { RecipientHash } from '../domain/recipient-hash.ts';
import type { Recipient, SuppressionReason, Suppressions } from '../domain/suppressions.ts';
import type { Database } from './database.ts';

/** An entry as operators see it; who it is, nobody can read. */
export interface StoredSuppression {
  readonly recipientHash: Buffer;
  readonly channel: MessageChannel;
  readonly reason: SuppressionReason;
  readonly source: string;
  readonly createdAt: Date;
}

/** The suppression list. What is asked at once travels as one statement. */
export function createSuppressionStore(database: Database, recipientHash: RecipientHash): Suppressions {
  const look = createBatcher((recipients: Recipient[]) => areSuppressed(database, recipients.map(toKey)), {
    maxSize: 1_000,
    concurrency: 2,
  });

  function toKey<Asked extends Recipient>({ to, ...asked }: Asked) {
    return { ...asked, hash: recipientHash(to).toString('base64') };
  }

  return {
    isSuppressed: (recipients) => Promise.all(recipients.map(look)),

    async add(suppressions) {
      const rows = JSON.stringify(suppressions.map(toKey));
      // In one order, so that two batches that share recipients cannot wait for each other in a circle.
      await database.$executeRaw`
        INSERT INTO suppressions (recipient_hash, channel, reason, source)
        SELECT DISTINCT ON (1, 2, 3) decode(hash, 'base64'), channel, reason, source
        FROM json_to_recordset(${rows}::json) AS s(
          hash text, channel message_channel, reason suppression_reason, source text)
        ORDER BY 1, 2, 3
        ON CONFLICT DO NOTHING`;
    },

    async remove(suppressions) {
      const rows = JSON.stringify(suppressions.map(toKey));
      return database.$executeRaw`
        DELETE FROM suppressions s
        USING json_to_recordset(${rows}::json) AS lifted(
          hash text, channel message_channel, reason suppression_reason)
        WHERE s.recipient_hash = decode(lifted.hash, 'base64') AND s.channel = lifted.channel
          AND (lifted.reason IS NULL OR s.reason = lifted.reason)`;
    },
  };
}

/** Entries for operators, the latest first. */
export async function listSuppressions(
  database: Database,
  { channel, reason, limit }: { channel?: MessageChannel; reason?: SuppressionReason; limit: number },
): Promise<StoredSuppression[]> {
  const rows = await database.suppression.findMany({
    where: { ...(channel && { channel }), ...(reason && { reason }) },
    orderBy: [{ createdAt: 'desc' }, { recipientHash: 'asc' }],
    take: limit,
  });
  return rows.map((row) => ({ ...row, recipientHash: Buffer.from(row.recipientHash) }));
}

async function areSuppressed(
  database: Database,
  keys: readonly { channel: MessageChannel; hash: string }[],
): Promise<boolean[]> {
  const found = await database.$queryRaw<{ channel: MessageChannel; hash: string }[]>`
    SELECT DISTINCT asked.channel, asked.hash
    FROM json_to_recordset(${JSON.stringify(keys)}::json) AS asked(hash text, channel message_channel)
    JOIN suppressions s ON s.recipient_hash = decode(asked.hash, 'base64') AND s.channel = asked.channel`;
  const suppressed = new Set(found.map(({ channel, hash }) => `${channel} ${hash}`));
  return keys.map(({ channel, hash }) => suppressed.has(`${channel} ${hash}`));
}
