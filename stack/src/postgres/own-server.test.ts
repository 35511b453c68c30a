import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDatabases } from '../databases.ts';
import { deployAll } from '../migrations/deploy.ts';
import { freePort } from '../ports.ts';
import { waitFor } from '../processes.ts';
import { forEachService, serviceNames } from '../repository.ts';
import { loadSecrets } from '../secrets.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { databaseAccount } from './account.ts';
import { readPostmaster } from './postmaster.ts';
import { judgeVersion, withClient } from './provision.ts';

test('PostgreSQL 14 and later serve, an older one is refused', () => {
  expect(() => judgeVersion({ number: 140_000, shown: '14.0' })).not.toThrow();
  expect(() => judgeVersion({ number: 130_022, shown: '13.22' })).toThrow(
    'PostgreSQL 13.22 is too old: 14 or later is needed.',
  );
});

// Debian's own packages; the stack's PostgreSQL is newer and would not show what an older one lacks.
const programs = '/usr/lib/postgresql';
// The folder of a version may hold the client alone.
const versions = existsSync(programs) ? readdirSync(programs) : [];
const [version] = versions
  .filter((each) => existsSync(join(programs, each, 'bin', 'initdb')))
  .sort((a, b) => Number(a) - Number(b));
if (version === undefined) console.log(`skipped: no PostgreSQL of the system's in ${programs}`);

(version === undefined ? describe.skip : describe)(`a server of the user's own (PostgreSQL ${version})`, () => {
  let server: ChildProcess;
  let port: number;

  beforeAll(async () => {
    const program = (name: string) => join(programs, version ?? '', 'bin', name);
    const account = databaseAccount();
    const dataDir = temporaryFolder();
    const passwordFile = join(dataDir, 'password');
    writeFileSync(passwordFile, 'super secret');
    if (account) for (const path of [dataDir, passwordFile]) chownSync(path, account.uid, account.gid);
    const folder = join(dataDir, 'postgres');
    const options = { ...account, cwd: '/', stdio: 'ignore' } as const;
    const made = spawnSync(
      program('initdb'),
      ['-D', folder, '-U', 'owner', '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8', '-N'],
      options,
    );
    expect(made.status).toBe(0);
    port = await freePort();
    server = spawn(program('postgres'), ['-D', folder, '-p', String(port), '-k', dataDir, '-h', '127.0.0.1'], options);
    expect(await waitFor(() => readPostmaster(folder)?.status === 'ready', 20_000)).toBe(true);
    await withClient(urlOf('owner', 'super secret'), async (client) => {
      await client.query(`CREATE ROLE maker LOGIN PASSWORD 'secret' CREATEROLE CREATEDB`);
      for (const service of serviceNames) {
        await client.query(`CREATE ROLE own_${service} LOGIN PASSWORD 'secret'`);
        await client.query(`CREATE DATABASE own_${service} OWNER own_${service}`);
      }
    });
  }, 60_000);

  afterAll(async () => {
    const gone = once(server, 'exit');
    server.kill('SIGINT');
    await gone;
  });

  const urlOf = (role: string, password: string, database = 'postgres') =>
    `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  const open = async (choice: object) => {
    const dataDir = temporaryFolder();
    return openDatabases({ dataDir, secrets: await loadSecrets(dataDir), ...choice });
  };
  const appliedIn = async (choice: object) => Object.values(await deployAll((await open(choice)).urls)).flat().length;

  test('is prepared by a role that may create roles and databases, and takes all migrations', async () => {
    expect(await appliedIn({ databaseUrl: urlOf('maker', 'secret') })).toBeGreaterThan(0);
    expect(await appliedIn({ databaseUrl: urlOf('maker', 'secret') })).toBe(0);
  });

  test('may give each service a database that is there already', async () => {
    const databaseUrls = forEachService((service) => urlOf(`own_${service}`, 'secret', `own_${service}`));
    expect(await appliedIn({ databaseUrls })).toBeGreaterThan(0);
  });

  test('whose role may do too little is told in one line', async () => {
    await expect(open({ databaseUrl: urlOf('own_image', 'secret', 'own_image') })).rejects.toThrow(
      /^the role of DATABASE_URL may not prepare the server \(permission denied.*\): give it CREATEROLE/,
    );
  });
});
