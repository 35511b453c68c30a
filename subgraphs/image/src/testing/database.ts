import { deploy, startTemporaryPostgres } from '@atrium/stack';

/** A PostgreSQL that exists for one test file, with Image's migrations applied. */
export async function startTestDatabase(): Promise<{ url: string; stop: () => Promise<void> }> {
  const postgres = await startTemporaryPostgres();
  await deploy('image', postgres.url);
  return { url: postgres.url, stop: postgres.stop };
}
