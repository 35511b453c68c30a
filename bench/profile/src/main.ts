import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { install } from '../../src/install.ts';
import { startLoadProcess } from '../../src/load/load-process.ts';
import { type OwnStack, startOwnStack } from '../../src/own-stack.ts';
import { memoryOf, processTree } from '../../src/process-cost.ts';
import { createProgress } from '../../src/progress.ts';
import { runBench } from '../../src/run-bench.ts';
import { type Contestant, contestants, peersFolder, type RunningContestant, type Site } from './contestants/index.ts';
import type { LoadJob, LoadResult } from './load/job.ts';
import { type Bench, type Entrant, measureRounds, warmUp } from './measure.ts';
import { readOptions } from './options.ts';
import { profileOurs } from './profile.ts';
import { type Measured, type MemoryByContestant, report } from './report.ts';
import { fillProfile } from './tables.ts';

const options = readOptions(process.argv);
const progress = createProgress();
const folder = mkdtempSync(join(tmpdir(), 'atrium-bench-'));
const loads: Site['load'][] = [];
const stacks: Promise<OwnStack>[] = [];
const starts: Promise<RunningContestant>[] = [];
const leftOut: string[] = [];

await runBench('bench:profile', options.profile ? profile : compare, leave);

async function compare(): Promise<void> {
  const chosen = options.contestants.map((name) => contestants[name]);
  for (const { packages } of chosen) if (packages) await install(join(peersFolder, packages), progress);
  const bench = await enter(await openSite(undefined), chosen);
  await warmUp(bench);
  const slices = await measureRounds(bench);
  const measured: Measured = { entrants: bench.entrants, slices, memory: await memory(bench), leftOut };
  process.stdout.write(`${report(measured)}\n`);
  if (options.json) writeJson(options.json, measured);
  if (slices.some(({ failures }) => failures > 0)) process.exitCode = 1;
}

async function profile(): Promise<void> {
  const site = await openSite(mkdtempSync(join(tmpdir(), 'atrium-profile-')));
  const bench = await enter(site, [contestants.ours, contestants.profile]);
  await warmUp(bench);
  process.stdout.write(`${await profileOurs(bench, site.stack)}\n`);
}

async function openSite(profileFolder: string | undefined): Promise<Site> {
  const starting = startOwnStack({ folder, profileFolder, settings: options.ownSettings });
  stacks.push(starting);
  const stack = await progress.during('starting Atrium and PostgreSQL', () => starting);
  const { userCount } = options;
  await progress.during(`filling Profile with ${userCount} users`, () =>
    fillProfile(stack.adminUrl, stack.databases.profile, userCount),
  );
  const load = await startLoadProcess<LoadJob, LoadResult>(join(import.meta.dirname, 'load', 'main.ts'));
  loads.push(load);
  return { stack, folder, load, progress, userCount };
}

async function enter(site: Site, chosen: readonly Contestant[]): Promise<Bench> {
  const entrants: Entrant[] = [];
  for (const contestant of chosen) {
    const start = contestant.start(site);
    starts.push(start);
    const running = await progress.during(`starting ${contestant.title}`, () => start);
    entrants.push({ contestant, running, workloads: await possible(contestant, running) });
  }
  return { entrants, options, progress };
}

/** The workloads that were asked for, less those that its schema does not know. */
async function possible(contestant: Contestant, running: RunningContestant): Promise<Entrant['workloads']> {
  const workloads: Entrant['workloads'] = [];
  for (const workload of options.workloads.filter((name) => contestant.workloads.includes(name))) {
    const { refused } = await running.attempt(workload);
    if (refused === undefined) workloads.push(workload);
    else {
      leftOut.push(`LEFT OUT: ${workload} by ${contestant.title}, whose schema refuses the query: ${refused}`);
      progress.say(leftOut.at(-1) ?? '');
    }
  }
  return workloads;
}

async function memory({ entrants }: Bench): Promise<MemoryByContestant> {
  // What is garbage by now may be collected.
  await pause(2_000);
  return Object.fromEntries(
    entrants
      // Its processes are ours.
      .filter(({ contestant }) => contestant.name !== 'profile')
      .map(({ contestant, running }) => [
        contestant.name,
        Object.fromEntries(Object.entries(running.processes).map(([name, pid]) => [name, memoryOf(processTree(pid))])),
      ]),
  );
}

function writeJson(file: string, { slices, memory, leftOut }: Measured): void {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, platform: process.platform, node: process.version };
  writeFileSync(file, `${JSON.stringify({ machine, options, memory, leftOut, slices }, null, 2)}\n`);
}

/** Stops the load, then everybody, also who is only starting, our system last, and removes what was written. */
async function leave(): Promise<void> {
  for (const load of loads) load.stop();
  await Promise.allSettled(starts.map(async (start) => (await start).stop()));
  await Promise.allSettled(stacks.map(async (starting) => (await starting).stop()));
  rmSync(folder, { recursive: true, force: true });
}
