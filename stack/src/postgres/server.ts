import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, isPortFree } from '../ports.ts';
import { isAlive, waitFor } from '../processes.ts';
import { StackError } from '../stack-error.ts';
import { type Account, databaseAccount } from './account.ts';
import { ensureCluster } from './cluster.ts';
import { findInstallation, type Installation } from './installation.ts';
import { clusterFolder, makeDataDir } from './locations.ts';
import { clearPrevious, readPostmaster, send } from './postmaster.ts';
import { serverSettings } from './server-settings.ts';

/** How to start a PostgreSQL of one's own. */
export type PostgresOptions = {
  /** The stack's data folder; the database files and the log go below it. */
  dataDir: string;
  /** The superuser's password, the same at every start. */
  password: string;
  /** A fixed port; a free one where left out. */
  port?: number;
  /** Further PostgreSQL settings. */
  settings?: Record<string, string>;
};

/** A PostgreSQL that belongs to this process and ends with it, however it ends. */
export type PostgresServer = {
  /** The superuser's URL. */
  url: string;
  port: number;
  folder: string;
  logFile: string;
  pid: () => number | undefined;
  /** Starts it again on the same port after `stop` or `kill`. */
  start: () => Promise<void>;
  /** A fast shutdown: sessions are ended, everything is written. */
  stop: () => Promise<void>;
  /** Ends it with a signal, SIGKILL unless told otherwise, as a crash would. */
  kill: (signal?: NodeJS.Signals) => Promise<void>;
};

/** Starts PostgreSQL on the data folder, making the database files where there are none. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { dataDir, password } = options;
  const account = databaseAccount();
  makeDataDir(dataDir, account);
  const place = clusterFolder(dataDir, account);
  const installation = findInstallation(account);
  await clearPrevious(place.folder);
  ensureCluster({ installation, account, password, ...place });
  if (options.port !== undefined && !(await isPortFree(options.port))) {
    throw new StackError(`port ${options.port} (PostgreSQL) is taken.`);
  }
  const port = options.port ?? (await freePort());
  const logFile = openableLog(dataDir);
  const launch = { installation, account, folder: place.folder, port, logFile, settings: options.settings ?? {} };
  let child = await launchServer(launch);
  const pid = (): number | undefined => (child.exitCode === null ? readPostmaster(place.folder)?.pid : undefined);
  return {
    url: `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    port,
    folder: place.folder,
    logFile,
    pid,
    start: async () => {
      if (child.exitCode === null) return;
      await clearPrevious(place.folder);
      child = await launchServer(launch);
    },
    stop: () => ended(child, () => child.stdin?.end()),
    kill: (signal = 'SIGKILL') => {
      const postmaster = pid();
      return ended(child, () => postmaster && send(postmaster, signal));
    },
  };
}

type Launch = {
  installation: Installation;
  account: Account | undefined;
  folder: string;
  port: number;
  logFile: string;
  settings: Record<string, string>;
};

// The shell holds our end of a pipe. When this process is gone, however it went, the pipe closes, `read` returns and
// PostgreSQL gets a fast shutdown. (A background job's own stdin is /dev/null, hence descriptor 3.)
const untilPipeCloses = [
  'exec 3<&0',
  '"$@" 3<&- & server=$!',
  '(read -r _ <&3; kill -INT $server 2>/dev/null) & watcher=$!',
  'wait $server; status=$?',
  'kill $watcher 2>/dev/null',
  'exit $status',
].join('\n');

// After a crash the old server's helpers hold its shared memory for a moment longer.
const stillClearing = /pre-existing shared memory block|lock file "postmaster.pid" already exists/;

async function launchServer(launch: Launch): Promise<ChildProcess> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const outcome = await attempt(launch);
    if (typeof outcome !== 'string') return outcome;
    if (!stillClearing.test(outcome) || performance.now() > deadline) {
      throw new StackError(`PostgreSQL did not start: ${lastFault(outcome)} (${launch.logFile})`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function attempt(launch: Launch): Promise<ChildProcess | string> {
  const { installation, account, folder, port, logFile } = launch;
  const settings = Object.entries({ ...serverSettings, ...launch.settings }).flatMap(([k, v]) => ['-c', `${k}=${v}`]);
  const command = [installation.program('postgres'), '-D', folder, '-p', String(port), ...settings];
  const logStart = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const log = openSync(logFile, 'a', 0o600);
  const child = spawnDetached(command, account, log);
  closeSync(log);
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const since = (): string => readFileSync(logFile, 'utf8').slice(logStart);
  const ready = await waitFor(
    () => {
      if (failure) throw new StackError(`PostgreSQL cannot be run: ${failure.message}`);
      if (child.exitCode !== null || child.signalCode !== null) return true;
      const postmaster = readPostmaster(folder);
      return postmaster?.port === port && postmaster.status === 'ready' && isAlive(postmaster.pid);
    },
    60_000,
    10,
  );
  if (!ready) await ended(child, () => child.stdin?.end());
  if (child.exitCode !== null || child.signalCode !== null) return since();
  child.unref();
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return child;
}

function spawnDetached(command: string[], account: Account | undefined, log: number): ChildProcess {
  const [program = '', ...rest] =
    process.platform === 'win32' ? command : ['/bin/sh', '-c', untilPipeCloses, 'postgres', ...command];
  return spawn(program, rest, {
    ...account,
    cwd: '/',
    detached: true,
    stdio: ['pipe', log, log],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  });
}

function ended(child: ChildProcess, end: () => unknown): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.ref();
    child.once('exit', () => {
      child.stdin?.destroy();
      resolve();
    });
    end();
  });
}

function lastFault(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const fault = lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1);
  return fault?.replace(/^.*?(FATAL|PANIC):\s*/, '') ?? 'no reason was given';
}

const logSizeBytes = 10 * 1024 * 1024;

function openableLog(dataDir: string): string {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'postgres.log');
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logSizeBytes) renameSync(file, `${file}.1`);
  return file;
}
