import { join } from 'node:path';
import { freePort } from '@atrium/stack';
import { launch } from '../../../src/launch.ts';
import { userAt } from '../dataset.ts';
import { bodyOf, type DialectName, dialects } from '../operations.ts';
import { countRows, makeDatabase } from '../tables.ts';
import type { Contestant, ContestantName, RunningContestant, Site } from './contestant.ts';
import { graphqlContestant } from './graphql-contestant.ts';

/** The folder of the peers' packages and set-ups. */
export const peersFolder = join(import.meta.dirname, '../../peers');

/** PostGraphile 5 over the table, with the filter plugin that its search needs. */
export const postgraphile: Contestant = peer('postgraphile', 'PostGraphile', ['server.mjs']);

/** Keystone 6 over the table. */
export const keystone: Contestant = peer('keystone', 'Keystone', ['server.mjs']);

const key = 'a-key-of-the-bench-0123456789';

function peer(name: ContestantName & DialectName, title: string, args: readonly string[]): Contestant {
  return {
    name,
    title,
    workloads: ['W', 'RZ', 'RU', 'L'],
    packages: name,
    start: (site) => start(site, name, args),
  };
}

async function start(
  site: Site,
  name: ContestantName & DialectName,
  args: readonly string[],
): Promise<RunningContestant> {
  const database = `bench_${name}`;
  const url = await makeDatabase(site.stack.adminUrl, database, { userCount: site.userCount, searched: true });
  const port = await freePort();
  const probe = bodyOf(dialects[name].read, userAt(0).id);
  const running = await launch(site.folder, probe, {
    name,
    command: process.execPath,
    args,
    cwd: join(peersFolder, name),
    env: { DATABASE_URL: url, PORT: String(port), API_KEY: key },
    port,
    headers: { 'x-api-key': key },
  });
  return graphqlContestant(site, {
    dialect: name,
    port,
    headers: async () => running.headers,
    processes: { server: running.pid },
    databases: [database],
    backlog: undefined,
    countEffects: async () => ({ users: await countRows(url, 'SELECT count(*) FROM users') }),
    logFiles: [running.logFile],
    stop: running.stop,
  });
}
