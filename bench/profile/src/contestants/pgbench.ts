import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { withClient } from '@atrium/stack';
import { type CostReading, costsBetween, readCosts } from '../../../src/costs.ts';
import { inherited } from '../../../src/launch.ts';
import { readUserCount } from '../dataset.ts';
import { chooseSqlClient, type SqlClient } from '../limit/sql-client.ts';
import type { LoadResult } from '../load/job.ts';
import { makeDatabase } from '../tables.ts';
import type { Contestant, RunningContestant, Site, Slice } from './contestant.ts';

const database = 'bench_pgbench';

/** The limit: single-row statements, each by itself durable, from a client that does nothing else. */
export const pgbench: Contestant = {
  name: 'pgbench',
  title: 'the limit (pgbench)',
  workloads: ['W', 'RU'],
  packages: undefined,
  start,
};

// What is told each second may come a moment early.
const roundingMs = 100;

const insert = `INSERT INTO users (name, phone_number, email, country, location, locale)
VALUES ('Asha Raghavan', '+9198' || lpad(nextval('numbers')::text, 8, '0'), 'asha@example.com', 'IN', 'Pune', 'hi')`;

const select = (place: string) =>
  `SELECT id, name, phone_number, email, country, location, locale FROM users WHERE id = md5(${place})::uuid`;

/** What a client is to do again and again. */
export const statements = {
  W: { pgbench: `${insert};`, pg: { text: insert } },
  RU: {
    pgbench: `\\set place random(0, ${readUserCount - 1})\n${select(':place::text')};`,
    pg: { text: select('$1'), places: readUserCount },
  },
} as const;

async function start(site: Site): Promise<RunningContestant> {
  const { adminUrl, postgres } = site.stack;
  const url = await makeDatabase(adminUrl, database, { userCount: site.userCount, searched: false });
  // It cannot make the ids of the data set, but can ask for these.
  await withClient(url, async (client) => {
    await client.query('CREATE SEQUENCE numbers');
    await client.query(
      'UPDATE users SET id = md5(place::text)::uuid FROM (SELECT id AS old, row_number() OVER (ORDER BY id) - 1 AS place FROM users) AS placed WHERE id = old',
    );
    await client.query('VACUUM (FULL, ANALYZE) users');
  });
  const client = chooseSqlClient(site.folder);
  if (client.instead) site.progress.say(client.instead);
  return {
    processes: {},
    attempt: async () => ({ refused: undefined }),
    countEffects: async () => ({}),
    stop: async () => {},
    run: (slice) => run(client, url, slice, postgres?.pid() ?? 0),
  };
}

async function run(
  client: SqlClient,
  url: string,
  { workload, connections, measuredMs }: Slice,
  postmaster: number,
): Promise<LoadResult> {
  const statement = statements[workload as keyof typeof statements];
  const { command, args, takeTimes } = client.prepare({ url, connections, ...statement });
  const child = spawn(command, args, { env: inherited(), stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  try {
    const { before, after, begun, ended, transactions } = await watch(child, measuredMs);
    const processes = { client: child.pid ?? 0 };
    return {
      requests: Math.round(transactions),
      seconds: (ended - begun) / 1_000,
      failures: 0,
      firstFailure: undefined,
      costs: costsBetween({ processes, postmaster, databases: [database] }, before, after),
      backlogMs: 0,
      ...takeTimes(),
    };
  } finally {
    process.off('exit', stop);
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      stop();
      await gone;
    }
  }
}

/**
 * Reads what a client tells each second, which it begins to do once it has connected, and measures from the first time
 * that it does until enough time has passed.
 */
async function watch(child: ChildProcess, measuredMs: number) {
  let begun: { before: CostReading; at: number } | undefined;
  let last = 0;
  let transactions = 0;
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr as Readable })) {
    said.push(line);
    const perSecond = /^progress: [\d.]+ s, ([\d.]+) tps/.exec(line)?.[1];
    if (perSecond === undefined) continue;
    const now = performance.now();
    if (begun) transactions += (Number(perSecond) * (now - last)) / 1_000;
    else begun = { before: readCosts(), at: now };
    last = now;
    if (now - begun.at >= measuredMs - roundingMs) {
      return { before: begun.before, after: readCosts(), begun: begun.at, ended: now, transactions };
    }
  }
  throw new Error(`the client ended by itself:\n${said.join('\n').slice(-1_000)}`);
}
