import type { UtcDays } from '@atrium/service-kit';
import type { MessageStats, MessageStatsStore } from '../domain/message-stats.ts';
import type { Database } from './database.ts';

/** How many changes one statement folds into the daily counts. */
const rollUpSize = 5_000;

/** The daily counts in PostgreSQL, where triggers on messages and challenges append what changes. */
export function createMessageStatsStore(database: Database): MessageStatsStore {
  return {
    // One statement sees a change either as written or as rolled up, never as both and never as neither.
    countDays: ({ from, to }: UtcDays) =>
      database.$queryRaw<MessageStats[]>`
        SELECT date::text, operation, channel::text, NULLIF(country, '') AS country, NULLIF(provider, '') AS provider,
               sum(sent)::int AS sent, sum(delivered)::int AS delivered, sum(failed)::int AS failed,
               sum(verified)::int AS verified
        FROM (
          SELECT date, operation, channel, country, provider, sent, delivered, failed, verified FROM message_stats
          UNION ALL
          SELECT date, operation, channel, country, provider, sent, delivered, failed, verified FROM message_stat_changes
        ) AS counts
        WHERE date >= date '1970-01-01' + ${from}::int AND date < date '1970-01-01' + ${to}::int
        GROUP BY counts.date, operation, counts.channel, counts.country, counts.provider
        HAVING (sum(sent), sum(delivered), sum(failed), sum(verified)) <> (0, 0, 0, 0)
        ORDER BY counts.date, operation, counts.channel, counts.country, counts.provider`,

    // Whoever takes a change folds it in by the same statement, and others pass by what is being taken. Daily rows are
    // locked in one order, so that two processes cannot deadlock.
    async rollUp() {
      const [rolledUp] = await database.$queryRaw<{ count: number }[]>`
        WITH taken AS (
          DELETE FROM message_stat_changes WHERE id IN (
            SELECT id FROM message_stat_changes ORDER BY id LIMIT ${rollUpSize} FOR UPDATE SKIP LOCKED
          )
          RETURNING *
        ), folded AS (
          INSERT INTO message_stats AS known
            (date, operation, channel, country, provider, sent, delivered, failed, verified)
          SELECT date, operation, channel, country, provider, sum(sent), sum(delivered), sum(failed), sum(verified)
          FROM taken GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
          ON CONFLICT (date, operation, channel, country, provider) DO UPDATE SET
            sent = known.sent + EXCLUDED.sent, delivered = known.delivered + EXCLUDED.delivered,
            failed = known.failed + EXCLUDED.failed, verified = known.verified + EXCLUDED.verified
        )
        SELECT count(*)::int AS count FROM taken`;
      return rolledUp?.count ?? 0;
    },
  };
}
