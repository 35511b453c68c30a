import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createTestDatabase } from '@atrium/stack';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chooseSqlClient, type SqlClient, type SqlJob } from './sql-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'atrium-bench-'));
let database: Awaited<ReturnType<typeof createTestDatabase>>;

beforeAll(async () => {
  database = await createTestDatabase('profile');
});

afterAll(async () => {
  await database.stop();
  rmSync(folder, { recursive: true });
});

/** The first number of transactions a second that a client tells. */
async function firstTold(client: SqlClient, job: Omit<SqlJob, 'url'>) {
  const { command, args, takeTimes } = client.prepare({ url: database.url, ...job });
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line.startsWith('progress')) break;
  }
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  return { perSecond: Number(/([\d.]+) tps/.exec(said.at(-1) ?? '')?.[1]), times: takeTimes() };
}

const job = {
  connections: 2,
  pgbench: '\\set place random(0, 9)\nSELECT 1 / (10 - :place);',
  pg: { text: 'SELECT 1 / (10 - $1::int)', places: 10 },
};

test('where there is no pgbench, a client on Node tells its rate and its times in the same form', async () => {
  const client = chooseSqlClient(folder, '');
  expect(client.instead).toContain('no pgbench');
  const { perSecond, times } = await firstTold(client, job);
  expect(perSecond).toBeGreaterThan(1);
  expect(times.p50Ms).toBeGreaterThan(0);
  expect(times.p99Ms).toBeGreaterThanOrEqual(times.p50Ms);
  expect(times.maxMs).toBeGreaterThanOrEqual(times.p99Ms);
});

const pgbench = chooseSqlClient(folder);
// Where there is none, the run says why this test is skipped.
if (pgbench.instead !== undefined) process.stdout.write(`pgbench is not tested: ${pgbench.instead}\n`);
const withPgbench = pgbench.instead === undefined ? test : test.skip;

withPgbench('pgbench tells its rate and the times of some of its transactions', async () => {
  const { perSecond, times } = await firstTold(pgbench, job);
  expect(perSecond).toBeGreaterThan(1);
  expect(times.maxMs).toBeGreaterThan(0);
});
