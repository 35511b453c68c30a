import { createTestDatabase, deploy, startTemporaryPostgres } from '@atrium/stack';
import pg from 'pg';

/** A database that exists for one test file, with Messaging's migrations applied. */
export interface TestDatabase {
  readonly url: string;
  /** Runs SQL of the test's own. */
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

/** One whose server belongs to the test file as well. */
export interface CrashingTestDatabase extends TestDatabase {
  /** Ends the server as a crash would, and starts it again. */
  crash(): Promise<void>;
}

/** Makes a database on the server that all test files share. */
export async function startTestDatabase(): Promise<TestDatabase> {
  return queried(await createTestDatabase('messaging'));
}

/** Starts a server of its own with a database, for a test that ends it. */
export async function startCrashingTestDatabase(): Promise<CrashingTestDatabase> {
  const postgres = await startTemporaryPostgres();
  await deploy('messaging', postgres.url);
  return {
    ...queried(postgres),
    async crash() {
      await postgres.kill();
      await postgres.start();
    },
  };
}

function queried(database: { url: string; stop: () => Promise<void> }): TestDatabase {
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  // A test may end the server under it.
  pool.on('error', () => undefined);
  return {
    url: database.url,
    query: async <Row>(text: string, values: unknown[] = []) => (await pool.query(text, values)).rows as Row[],
    async stop() {
      await pool.end();
      await database.stop();
    },
  };
}
