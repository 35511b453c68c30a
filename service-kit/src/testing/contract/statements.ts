import pg from 'pg';

/** Counts the statements that one database is sent. */
export interface StatementCounter {
  /** How many ran while `action` did, whoever sent them. */
  during(action: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/** A counter over pg_stat_statements, which PostgreSQL itself keeps: it sees what was really run. */
export async function countStatements(databaseUrl: string): Promise<StatementCounter> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');

  async function calls(): Promise<number> {
    const { rows } = await client.query<{ calls: number }>(
      `SELECT coalesce(sum(calls), 0)::int AS calls
       FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
       WHERE datname = current_database() AND toplevel AND query NOT LIKE '%pg_stat_statements%'`,
    );
    return rows[0]?.calls ?? 0;
  }

  return {
    async during(action) {
      const before = await calls();
      await action();
      return (await calls()) - before;
    },
    close: () => client.end(),
  };
}
