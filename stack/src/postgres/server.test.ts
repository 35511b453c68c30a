import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { deploy } from '../migrations/deploy.ts';
import { isAlive, waitFor } from '../processes.ts';
import { forEachService, type ServiceName } from '../repository.ts';
import { runningPostmaster } from './postmaster.ts';
import { provision } from './provision.ts';
import { type PostgresServer, startPostgres } from './server.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'atrium-server-'));
const password = 'a password for tests';
let server: PostgresServer;
let urls: Record<ServiceName, string>;

beforeAll(async () => {
  chmodSync(dataDir, 0o711);
  server = await startPostgres({ dataDir, password });
  urls = await openServices();
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function openServices(): Promise<Record<ServiceName, string>> {
  return provision({ adminUrl: server.url, passwords: forEachService((name) => `${name} secret`), exclusive: true });
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

test('each role reaches its own database and no other', async () => {
  await expect(query(urls.profile, 'SELECT current_user AS role')).resolves.toEqual([{ role: 'atrium_profile' }]);
  for (const database of ['atrium_gateway', 'atrium_image', 'atrium_messaging', 'postgres', 'template1']) {
    const url = new URL(urls.profile);
    url.pathname = `/${database}`;
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(`permission denied for database "${database}"`);
  }
});

test('a wrong password is refused', async () => {
  const url = new URL(urls.profile);
  url.password = 'guessed';
  await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
});

test('preparing the server again changes nothing', async () => {
  await query(urls.image, 'CREATE TABLE kept (id int)');
  expect(await openServices()).toEqual(urls);
  await expect(query(urls.image, 'SELECT * FROM kept')).resolves.toEqual([]);
});

test("the server's log holds no value, whatever goes wrong", async () => {
  await query(urls.profile, 'CREATE TABLE person (phone text UNIQUE, age int)');
  const insert = 'INSERT INTO person VALUES ($1, 1)';
  await query(urls.profile, insert, ['+919876543210']);
  await expect(query(urls.profile, insert, ['+919876543210'])).rejects.toThrow('duplicate key');
  await expect(query(urls.profile, "INSERT INTO person VALUES ('+919876543210', 2)")).rejects.toThrow('duplicate key');
  await expect(query(urls.profile, "SELECT '+919876543210'::uuid")).rejects.toThrow('+919876543210');
  expect(readFileSync(server.logFile, 'utf8')).not.toContain('9876543210');
});

test('a migration is applied once however many ask, and Prisma finds its own table', async () => {
  const folder = join(dataDir, 'migrations');
  mkdirSync(join(folder, '20260101000000_init'), { recursive: true });
  const script = [
    'CREATE TABLE note (id int PRIMARY KEY);',
    "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 'a;b'; END $$;",
  ].join('\n');
  writeFileSync(join(folder, '20260101000000_init', 'migration.sql'), script);
  writeFileSync(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n');

  const applied = await Promise.all([1, 2, 3].map(() => deploy('messaging', urls.messaging, folder)));
  expect(applied.flat()).toEqual(['20260101000000_init']);
  expect(await deploy('messaging', urls.messaging, folder)).toEqual([]);
  const rows = await query(
    urls.messaging,
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at, logs, applied_steps_count
       FROM _prisma_migrations`,
  );
  expect(rows).toEqual([
    {
      migration_name: '20260101000000_init',
      // sha256sum of the file
      checksum: 'cb5a9d7eb8ff0ab381ac6dbb70a2d8422ea9c1f163880943627685d0f3ef0847',
      finished: true,
      rolled_back_at: null,
      logs: null,
      applied_steps_count: 1,
    },
  ]);
  await expect(query(urls.messaging, 'SELECT f()')).resolves.toEqual([{ f: 'a;b' }]);
});

test('what was committed is there after a crash of the server', async () => {
  await query(urls.image, 'CREATE TABLE crash (id int); INSERT INTO crash VALUES (1)');
  await server.kill();
  expect(server.pid()).toBeUndefined();
  await server.start();
  await expect(query(urls.image, 'SELECT id FROM crash')).resolves.toEqual([{ id: 1 }]);
});

test('a server whose parent is killed ends by itself, and the next start takes its files over at once', async () => {
  const other = mkdtempSync(join(tmpdir(), 'atrium-orphan-'));
  chmodSync(other, 0o711);
  const parent = await holdServer(other);
  const folder = join(other, 'postgres');
  const first = runningPostmaster(folder)?.pid ?? 0;
  expect(isAlive(first)).toBe(true);
  parent.kill('SIGKILL');
  const second = await startPostgres({ dataDir: other, password });
  expect(isAlive(first)).toBe(false);
  await expect(query(second.url, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  await second.stop();

  const again = await holdServer(other);
  const third = runningPostmaster(folder)?.pid ?? 0;
  again.kill('SIGKILL');
  expect(await waitFor(() => !isAlive(third), 10_000)).toBe(true);
  rmSync(other, { recursive: true });
}, 60_000);

test('a postmaster.pid whose id belongs to another program is no hindrance', async () => {
  await server.stop();
  writeFileSync(join(server.folder, 'postmaster.pid'), `${process.pid}\n${server.folder}\n0\n1\n\n\n\nready\n`);
  await server.start();
  await expect(query(server.url, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
});

test('files made with other secrets are kept and reported', async () => {
  await server.stop();
  await expect(startPostgres({ dataDir, password: 'another' })).rejects.toThrow('made with other secrets');
  await server.start();
});

// Another process starts the server and holds it until it is killed.
async function holdServer(dataDir: string): Promise<ChildProcess> {
  const module = JSON.stringify(join(import.meta.dirname, 'server.ts'));
  const code = `import(${module}).then(async ({ startPostgres }) => {
    await startPostgres(${JSON.stringify({ dataDir, password })});
    console.log('ready');
    setInterval(() => {}, 1000);
  })`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout?.once('data', resolve);
    child.once('exit', (status) => reject(new Error(`the holder exited with ${status}`)));
  });
  return child;
}
