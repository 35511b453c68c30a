import { deploy, startTemporaryPostgres } from '@atrium/stack';

/** A PostgreSQL that exists for one test file, with the gateway's migrations applied. */
export async function startTestDatabase(): Promise<{
  url: string;
  stop: () => Promise<void>;
  start: () => Promise<void>;
}> {
  const postgres = await startTemporaryPostgres();
  await deploy('gateway', postgres.url);
  return { url: postgres.url, stop: postgres.stop, start: postgres.start };
}
