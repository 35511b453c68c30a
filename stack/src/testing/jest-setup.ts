import { offerSharedPostgres, type SharedPostgres } from './shared-postgres.ts';

/** What the end of the run needs from its beginning; Jest loads the two apart from each other. */
export const running = globalThis as { atriumSharedPostgres?: SharedPostgres };

/** Jest's globalSetup of the unit tests. */
export default async function setUp(): Promise<void> {
  running.atriumSharedPostgres = await offerSharedPostgres();
}
