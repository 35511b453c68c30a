import { deploy, startTemporaryPostgres } from '@atrium/stack';
import pg from 'pg';

/** A PostgreSQL that exists for one test file, with Messaging's migrations applied. */
export interface TestDatabase {
  readonly url: string;
  /** Runs SQL of the test's own. */
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Ends the server as a crash would, and starts it again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const postgres = await startTemporaryPostgres();
  await deploy('messaging', postgres.url);
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  // A test may end the server under it.
  pool.on('error', () => undefined);
  return {
    url: postgres.url,
    query: async <Row>(text: string, values: unknown[] = []) => (await pool.query(text, values)).rows as Row[],
    async crash() {
      await postgres.kill();
      await postgres.start();
    },
    async stop() {
      await pool.end();
      await postgres.stop();
    },
  };
}
