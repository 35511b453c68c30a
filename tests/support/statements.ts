import pg from 'pg';

/** Counts the statements of one service's database that read certain tables. */
export interface StatementCounter {
  /** How many statements matching `pattern` ran while `action` did. */
  during(pattern: RegExp, action: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/**
 * A counter over pg_stat_statements, which PostgreSQL itself keeps: it sees what was really run, whoever sent it.
 * `databaseUrl` names the service's database; the superuser at `adminUrl` may read its statistics.
 */
export async function countStatements(adminUrl: string, databaseUrl: string): Promise<StatementCounter> {
  const url = new URL(adminUrl);
  url.pathname = new URL(databaseUrl).pathname;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');

  async function calls(): Promise<Map<string, { query: string; calls: number }>> {
    const { rows } = await client.query<{ id: string; query: string; calls: number }>(
      `SELECT userid || '/' || queryid || '/' || toplevel AS id, query, calls::int AS calls
       FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid WHERE datname = current_database()`,
    );
    return new Map(rows.map(({ id, ...row }) => [id, row]));
  }

  return {
    async during(pattern, action) {
      const before = await calls();
      await action();
      let count = 0;
      for (const [id, row] of await calls()) {
        if (pattern.test(row.query)) count += row.calls - (before.get(id)?.calls ?? 0);
      }
      return count;
    },
    close: () => client.end(),
  };
}
