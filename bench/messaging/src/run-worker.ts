import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { withClient } from '@atrium/stack';
import { onCores } from '../../src/cores.ts';
import { costsBetween } from '../../src/costs.ts';
import { inherited } from '../../src/launch.ts';
import { cpuByProcess } from '../../src/process-cost.ts';
import type { Contestant } from './contestants.ts';
import type { News, Work } from './workers/take-work.ts';

/** Where a worker runs. */
export interface WorkerSite {
  /** The process of PostgreSQL. */
  postmaster: number;
  /** The core of the worker; none where it cannot be pinned. */
  core: number[];
  logFile: string;
  /** Further arguments of Node, such as those that profile. */
  nodeArguments?: readonly string[];
  environment?: Readonly<Record<string, string>>;
}

/** What a worker did. */
export interface Worked {
  jobs: number;
  seconds: number;
  workerCpu: number;
  databaseCpu: number;
  elsewhereCpu: number;
}

/** Fills a queue and has it worked to its end by one process on one core. */
export async function runWorker(
  contestant: Contestant,
  databaseUrl: string,
  count: number,
  site: WorkerSite,
): Promise<Worked> {
  const work: Work = { databaseUrl, count, providerMs: contestant.providerMs };
  if (contestant.fill) await contestant.fill(databaseUrl, count);
  else {
    const filler = await launch(contestant, site);
    await filler.tell({ ...work, fill: true }, 'filled');
    await filler.stop();
  }
  await withClient(databaseUrl, (client) => client.query('VACUUM (ANALYZE)'));
  const worker = await launch(contestant, site);
  try {
    const before = cpuByProcess();
    const startedAt = performance.now();
    await worker.tell(work, 'handled');
    await untilWritten(databaseUrl, contestant.busySql);
    const seconds = (performance.now() - startedAt) / 1_000;
    const costs = costsBetween(
      {
        processes: { worker: worker.pid },
        postmaster: site.postmaster,
        databases: [new URL(databaseUrl).pathname.slice(1)],
      },
      before,
      cpuByProcess(),
    );
    return {
      jobs: count,
      seconds,
      workerCpu: costs.processes.worker ?? 0,
      databaseCpu: costs.backends + costs.background,
      elsewhereCpu: costs.elsewhere,
    };
  } finally {
    await worker.stop();
  }
}

const lookEveryMs = 10;

async function untilWritten(databaseUrl: string, busySql: string | undefined): Promise<void> {
  if (busySql === undefined) return;
  await withClient(databaseUrl, async (client) => {
    while ((await client.query<{ busy: boolean }>(busySql)).rows[0]?.busy) await pause(lookEveryMs);
  });
}

const patienceMs = 120_000;

async function launch({ file, environment, title }: Contestant, site: WorkerSite) {
  const log = openSync(site.logFile, 'a');
  const node = [
    '--disable-warning=ExperimentalWarning',
    '--max-semi-space-size=16',
    ...(site.nodeArguments ?? []),
    file,
  ];
  const [command, args] = onCores(site.core, process.execPath, node);
  const env = { ...inherited(), NODE_ENV: 'development', ...environment, ...site.environment };
  const child: ChildProcess = spawn(command, args, { env, stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const gone = once(child, 'exit').then(([code]): never => {
    throw new Error(
      `${title} ended with code ${code}. The end of its log:\n${readFileSync(site.logFile, 'utf8').slice(-2_000)}`,
    );
  });
  gone.catch(() => {});

  async function news(wanted: News): Promise<void> {
    const late = pause(patienceMs, undefined, { ref: false }).then(() => {
      throw new Error(`${title} was not ${wanted} after ${patienceMs / 1_000} s; see ${site.logFile}`);
    });
    late.catch(() => {});
    for (;;) {
      const [told] = await Promise.race([once(child, 'message'), gone, late]);
      if (told === wanted) return;
    }
  }

  await news('ready');
  return {
    // `taskset` becomes the process that it starts.
    pid: child.pid ?? 0,
    tell(work: Work, until: News): Promise<void> {
      const told = news(until);
      child.send(work);
      return told;
    },
    async stop() {
      process.off('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
