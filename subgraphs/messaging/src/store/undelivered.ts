import type { FailedFilter, FailedMessage, ShownMessage, UndeliveredStore } from '../domain/undelivered.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';
import { addedJobs } from './message-queue.ts';

/** How many messages are queued again by one statement. */
const pieceSize = 1_000;

const common = Prisma.sql`id::text AS id, user_id::text AS "userId", operation, channel::text AS channel, recipient, attempts,
  provider, failure, failed_at AS "failedAt", doubtful, (status = 'FAILED' AND sealed IS NOT NULL) AS replayable`;

/** What failed, for operators. */
export function createUndeliveredStore(database: Database): UndeliveredStore {
  return {
    list(filter, limit) {
      return database.$queryRaw<FailedMessage[]>`
        SELECT ${common} FROM messages WHERE ${failed(filter)} ORDER BY failed_at DESC, id DESC LIMIT ${limit}`;
    },

    async find(id) {
      const [found] = await database.$queryRaw<ShownMessage[]>`
        SELECT ${common}, locale, status::text AS status, urgent, provider_message_id AS "providerMessageId",
               created_at AS "createdAt", sent_at AS "sentAt", delivered_at AS "deliveredAt",
               sending_since AS "sendingSince", sending_by AS "sendingBy",
               (SELECT run_at FROM graphile_worker.jobs WHERE key = messages.id::text) AS "nextLookAt"
        FROM messages WHERE id = ${id}::uuid`;
      return found;
    },

    async replay(filter) {
      const replayed: string[] = [];
      let piece: { id: string }[];
      do {
        piece = await replayPiece(database, filter);
        replayed.push(...piece.map(({ id }) => id));
      } while (piece.length === pieceSize);
      return replayed;
    },
  };
}

/** Tries and age are counted anew. A code is never among them, because its text is gone. */
function replayPiece(database: Database, filter: FailedFilter): Promise<{ id: string }[]> {
  return database.$queryRaw`
    WITH chosen AS MATERIALIZED (
      SELECT id FROM messages WHERE ${failed(filter)} AND sealed IS NOT NULL ORDER BY id LIMIT ${pieceSize} FOR UPDATE
    ), queued AS (
      UPDATE messages m
      SET status = 'QUEUED', attempts = 0, failure = NULL, failed_at = NULL, doubtful = false, provider = NULL, due_at = now()
      FROM chosen WHERE m.id = chosen.id
      RETURNING m.id, m.channel, m.urgent
    )
    SELECT job.key AS id FROM ${addedJobs('queued')}`;
}

function failed({ doubtful, operation, ids }: FailedFilter): Prisma.Sql {
  const conditions = [
    Prisma.sql`status = 'FAILED'`,
    ...(doubtful === undefined ? [] : [Prisma.sql`doubtful = ${doubtful}`]),
    ...(operation === undefined ? [] : [Prisma.sql`operation = ${operation}`]),
    ...(ids === undefined ? [] : [Prisma.sql`id = ANY(${[...ids]}::uuid[])`]),
  ];
  return Prisma.join(conditions, ' AND ');
}
