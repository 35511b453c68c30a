import { running } from './jest-setup.ts';

/** Jest's globalTeardown of the unit tests. */
export default async function tearDown(): Promise<void> {
  await running.atriumSharedPostgres?.close();
}
