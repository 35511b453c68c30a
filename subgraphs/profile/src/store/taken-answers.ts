import type { TakenAnswerStore, TakenBudget } from '../domain/ports.ts';
import type { Database } from './client.ts';
import { Prisma } from './generated/client.ts';

/** How many counts are removed by one statement. */
const purgeSize = 5_000;

/** Counts of what was told about taken numbers, in PostgreSQL; a window begins with its first count. */
export function createTakenAnswerStore(
  database: Database,
  budgets: Record<'number' | 'caller', TakenBudget>,
): TakenAnswerStore {
  return {
    async countTaken(subjects) {
      // In one order, so that two processes with the same caller and number cannot deadlock.
      const rows = await database.$queryRaw<
        { kind: 'number' | 'caller'; key: string; count: number; waitMs: number }[]
      >(
        Prisma.sql`
          INSERT INTO taken_answers AS held (kind, key, count, ends_at)
          SELECT kind, key, 1, clock_timestamp() + window_ms * interval '1 millisecond'
          FROM unnest(
            ${subjects.map(({ kind }) => kind)}::text[], ${subjects.map(({ key }) => key)}::text[],
            ${subjects.map(({ kind }) => budgets[kind].windowMs)}::float8[]
          ) AS input (kind, key, window_ms)
          ORDER BY kind, key
          ON CONFLICT (kind, key) DO UPDATE SET
            count = CASE WHEN held.ends_at <= clock_timestamp() THEN 1 ELSE held.count + 1 END,
            ends_at = CASE WHEN held.ends_at <= clock_timestamp() THEN excluded.ends_at ELSE held.ends_at END
          RETURNING kind, key, count, (extract(epoch FROM ends_at - clock_timestamp()) * 1000)::float8 AS "waitMs"`,
      );
      return rows.flatMap(({ kind, key, count, waitMs }) =>
        count > budgets[kind].answers ? [{ kind, key, waitMs: Math.max(1, waitMs) }] : [],
      );
    },
    forgetTaken: () =>
      database.$executeRaw(Prisma.sql`
        DELETE FROM taken_answers WHERE (kind, key) IN (
          SELECT kind, key FROM taken_answers WHERE ends_at <= now() LIMIT ${purgeSize} FOR UPDATE SKIP LOCKED
        )`),
  };
}
