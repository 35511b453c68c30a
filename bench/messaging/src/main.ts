import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploy, type PostgresServer, startTemporaryPostgres, withClient } from '@atrium/stack';
import { chooseCores } from '../../src/cores.ts';
import { selfTimes, timesByOrigin } from '../../src/cpu-profile.ts';
import { install } from '../../src/install.ts';
import { createProgress } from '../../src/progress.ts';
import { runBench } from '../../src/run-bench.ts';
import { type ContestantName, contestants, peersFolder } from './contestants.ts';
import { type DeliveryWorker, type EnqueueSite, openEnqueueSite } from './enqueue.ts';
import { readOptions } from './options.ts';
import { type Measured, report } from './report.ts';
import { runWorker, type Worked, type WorkerSite } from './run-worker.ts';

const options = readOptions(process.argv);
const progress = createProgress();
const folder = mkdtempSync(join(tmpdir(), 'atrium-bench-'));
chmodSync(folder, 0o711);
const measured: Measured = { sent: new Map(), worked: new Map() };
let postgres: PostgresServer | undefined;
let site: EnqueueSite | undefined;
let databases = 0;

await runBench('bench:messaging', options.profile ? profile : compare, leave);

async function compare(): Promise<void> {
  if (options.parts.includes('work')) await work();
  if (options.parts.includes('send')) for (const how of ['apart', 'inside'] as const) await send(how);
  process.stdout.write(`${report(measured)}\n`);
  if (options.json) {
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, platform: process.platform, node: process.version };
    const { sent, worked } = measured;
    const all = { machine, options, sent: Object.fromEntries(sent), worked: Object.fromEntries(worked) };
    writeFileSync(options.json, `${JSON.stringify(all, null, 2)}\n`);
  }
}

/** Everybody in turn, each on an empty database: whoever begins in one round comes last in the next. */
async function work(): Promise<void> {
  for (const name of options.contestants) {
    const { packages } = contestants[name];
    if (packages) await install(join(peersFolder, packages), progress);
  }
  const count = progress.count(options.rounds * options.contestants.length, 8);
  for (let round = 0; round < options.rounds; round += 1) {
    const first = round % options.contestants.length;
    for (const name of [...options.contestants.slice(first), ...options.contestants.slice(0, first)]) {
      count.step(`round ${round + 1}: ${contestants[name].title}`);
      measured.worked.set(name, [...(measured.worked.get(name) ?? []), await workOnce(name)]);
    }
  }
  count.end();
  measured.worked = new Map(options.contestants.map((name) => [name, measured.worked.get(name) ?? []]));
  await postgres?.stop();
  postgres = undefined;
}

async function workOnce(name: ContestantName, more: Partial<WorkerSite> = {}): Promise<Worked> {
  postgres ??= await progress.during('starting PostgreSQL', startTemporaryPostgres);
  const { url: adminUrl, pid } = postgres;
  const database = `bench_${databases++}`;
  await withClient(adminUrl, (admin) => admin.query(`CREATE DATABASE ${database}`));
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  const isOurs = contestants[name].file === contestants.ours.file;
  if (isOurs) await deploy('messaging', url.href);
  const { cores } = chooseCores([availableParallelism() - 1], []);
  return runWorker(contestants[name], url.href, options.jobs, {
    postmaster: pid() ?? 0,
    core: cores.gateway,
    logFile: join(folder, `${name}.log`),
    ...(isOurs ? { environment: options.settings } : {}),
    ...more,
  });
}

async function send(how: DeliveryWorker): Promise<void> {
  site = await openEnqueueSite(join(folder, how), how, options, progress);
  await progress.during('warming up', site.run);
  const count = progress.count(options.rounds, options.seconds + 1);
  const rounds = [];
  for (let round = 0; round < options.rounds; round += 1) {
    count.step(`round ${round + 1}: sendMessage, worker ${how}`);
    rounds.push(await site.run());
  }
  count.end();
  measured.sent.set(how, rounds);
  await site.stop();
  site = undefined;
}

async function profile(): Promise<void> {
  const profiles = mkdtempSync(join(tmpdir(), 'atrium-profile-'));
  const nodeArguments = ['--import', join(import.meta.dirname, 'profile-work.ts')];
  for (const name of options.contestants.filter((each) => each.startsWith('ours'))) {
    const file = join(profiles, `${name}.cpuprofile`);
    const environment = { ...options.settings, BENCH_PROFILE_FILE: file };
    const { jobs, seconds, workerCpu } = await workOnce(name, { nodeArguments, environment });
    const cpuProfile = JSON.parse(readFileSync(file, 'utf8'));
    process.stdout.write(
      `## ${contestants[name].title}\n\n${Math.round(jobs / seconds)}/s, ${Math.round(jobs / workerCpu)} a CPU-second; ${file}\n\n${timesByOrigin(cpuProfile)}\n\n${selfTimes(cpuProfile)}\n\n`,
    );
  }
  if (readdirSync(profiles).length === 0)
    throw new Error('Choose ours or ours-200: it is our worker that is profiled.');
}

async function leave(): Promise<void> {
  await site?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}
