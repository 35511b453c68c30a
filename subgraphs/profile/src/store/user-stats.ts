import type { UserStats, UserStatsStore } from '../domain/ports.ts';
import type { Database } from './client.ts';
import { Prisma } from './generated/client.ts';

/** How many changes one statement folds into the daily counts. */
const rollUpSize = 5_000;

/**
 * `, counted AS (...)`: counts users in the statement that changes them, by their country at that moment. `changed` names
 * what gives the `country` of each.
 *
 * One row for each country of a batch is appended, and rolled up later: counting in the daily rows themselves would have
 * all commits of a country wait for each other, and counting users afterwards would need to know of the deleted ones where
 * they lived.
 */
export function countUsers(kind: 'created' | 'verified' | 'deleted', changed: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`, counted AS (
    INSERT INTO user_stat_changes (date, country, ${Prisma.raw(kind)})
    SELECT (now() AT TIME ZONE 'UTC')::date, changed.country, count(*) FROM ${changed} AS changed GROUP BY changed.country
  )`;
}

/** The daily counts in PostgreSQL. */
export function createUserStatsStore(database: Database): UserStatsStore {
  return {
    // One statement sees a change either as written or as rolled up, never as both and never as neither.
    countDays: ({ from, to }) =>
      database.$queryRaw<UserStats[]>(Prisma.sql`
        SELECT date::text, country, sum(created)::int AS created, sum(verified)::int AS verified,
          sum(deleted)::int AS deleted
        FROM (
          SELECT date, country, created, verified, deleted FROM user_stats
          UNION ALL SELECT date, country, created, verified, deleted FROM user_stat_changes
        ) AS counts
        WHERE date >= date '1970-01-01' + ${from}::int AND date < date '1970-01-01' + ${to}::int
        GROUP BY counts.date, country ORDER BY counts.date, country`),
    // Whoever takes a change folds it in by the same statement, and others pass by what is being taken. Daily rows are
    // locked in one order, so that two processes cannot deadlock.
    async rollUp() {
      const [rolledUp] = await database.$queryRaw<{ count: number }[]>(Prisma.sql`
        WITH taken AS (
          DELETE FROM user_stat_changes WHERE id IN (
            SELECT id FROM user_stat_changes ORDER BY id LIMIT ${rollUpSize} FOR UPDATE SKIP LOCKED
          )
          RETURNING date, country, created, verified, deleted
        ), folded AS (
          INSERT INTO user_stats (date, country, created, verified, deleted)
          SELECT date, country, sum(created), sum(verified), sum(deleted) FROM taken
          GROUP BY date, country ORDER BY date, country
          ON CONFLICT (date, country) DO UPDATE SET
            created = user_stats.created + EXCLUDED.created, verified = user_stats.verified + EXCLUDED.verified,
            deleted = user_stats.deleted + EXCLUDED.deleted
        )
        SELECT count(*)::int AS count FROM taken`);
      return rolledUp?.count ?? 0;
    },
  };
}
