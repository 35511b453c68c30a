import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { reasonOf, StackError } from '../stack-error.ts';
import type { Account } from './account.ts';
import type { Installation } from './installation.ts';

/** What is needed to make or recognise the database files of a stack. */
export type ClusterOptions = {
  installation: Installation;
  account: Account | undefined;
  folder: string;
  relocated: boolean;
  password: string;
};

/**
 * Makes the database files where there are none. Files made with another password belong to a data folder that was
 * deleted since when they lie outside it, and are replaced; inside it they are kept and the fault is reported.
 */
export function ensureCluster(options: ClusterOptions): void {
  const { folder, relocated, password, installation } = options;
  if (existsSync(folder)) {
    const found = read(join(folder, fingerprintFile));
    if (found === fingerprint(password)) {
      checkVersion(folder, installation.version);
      return;
    }
    if (!relocated) {
      throw new StackError(
        `${folder} was made with other secrets: restore secrets.json beside it, or run npm run reset.`,
      );
    }
    rmSync(folder, { recursive: true, force: true });
  }
  createCluster(options);
}

const fingerprintFile = 'atrium-fingerprint';

function fingerprint(password: string): string {
  return createHash('sha256').update(`atrium-postgres:${password}`).digest('hex').slice(0, 32);
}

function checkVersion(folder: string, version: string): void {
  const [found, wanted] = [read(join(folder, 'PG_VERSION')), version.split('.')[0]];
  if (found === wanted) return;
  throw new StackError(
    `${folder} holds data of PostgreSQL ${found}, this is ${wanted}: dump and restore it, or npm run reset.`,
  );
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function createCluster({ installation, account, folder, password }: ClusterOptions): void {
  // Made beside its place and renamed when complete, so that an interrupted start leaves nothing half made.
  const draft = `${folder}.new`;
  const passwordFile = join(tmpdir(), `atrium-${randomBytes(8).toString('hex')}`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(dirname(draft), { recursive: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  try {
    if (account) for (const path of [draft, passwordFile]) chownSync(path, account.uid, account.gid);
    const made = spawnSync(installation.program('initdb'), initdbArguments(draft, passwordFile), {
      ...account,
      cwd: '/',
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
    if (made.status !== 0) throw new StackError(`PostgreSQL's initdb failed: ${reasonOf(made.error ?? made.stderr)}`);
    writeFileSync(join(draft, fingerprintFile), fingerprint(password), { mode: 0o600 });
    renameSync(draft, folder);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

function initdbArguments(folder: string, passwordFile: string): string[] {
  return [
    ...['--pgdata', folder, '--username', 'postgres', '--auth', 'scram-sha-256', '--pwfile', passwordFile],
    ...['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ...['--no-instructions', ...(process.platform === 'linux' ? ['--sync-method', 'syncfs'] : [])],
  ];
}
