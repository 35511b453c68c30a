import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cores, chooseCores, moveTo } from '../../src/cores.ts';
import { install } from '../../src/install.ts';
import type { RunningServer } from '../../src/launch.ts';
import { startLoadProcess } from '../../src/load/load-process.ts';
import { memoryOf, processTree } from '../../src/process-cost.ts';
import { createProgress } from '../../src/progress.ts';
import { runBench } from '../../src/run-bench.ts';
import { type Gateway, gateways, peersFolder, type Site } from './gateways/index.ts';
import type { LoadJob, LoadResult } from './load/job.ts';
import { type Bench, type Contestant, measureLatency, measureThroughput, ratesFor, warmUp } from './measure.ts';
import { readOptions } from './options.ts';
import { profileOurs } from './profile.ts';
import { queries } from './queries.ts';
import { type Measured, type MemoryByGateway, report } from './report.ts';
import { startSubgraphs, subgraphsFolder } from './site.ts';
import { verifyAnswers } from './verify.ts';

const options = readOptions(process.argv);
const progress = createProgress();
const folder = mkdtempSync(join(tmpdir(), 'atrium-bench-'));
const starts: Promise<RunningServer>[] = [];

await runBench('bench:gateway', options.profile ? profile : compare, leave);

async function compare(): Promise<void> {
  const chosen = options.gateways.map((name) => gateways[name]).filter(available);
  const cores = pin();
  for (const { packages } of chosen) if (packages) await install(join(peersFolder, packages), progress);
  const site = await createSite(cores);
  const bench = await createBench(site, chosen);
  await warmUp(bench);
  const throughput = await measureThroughput(bench);
  const latency = options.latencyRounds > 0 ? await measureLatency(bench, ratesFor(bench, throughput)) : [];
  const { contestants } = bench;
  const measured: Measured = { contestants, queries: bench.queries, throughput, latency, memory: await memory(bench) };
  process.stdout.write(`${report(measured)}\n`);
  if (options.json) writeJson(options.json, measured);
  if ([...throughput, ...latency].some(({ failures }) => failures > 0)) process.exitCode = 1;
}

async function profile(): Promise<void> {
  const profileFolder = mkdtempSync(join(tmpdir(), 'atrium-profile-'));
  const site = { ...(await createSite(pin())), profileFolder };
  const bench = await createBench(site, [gateways.ours]);
  await warmUp(bench);
  process.stdout.write(`${await profileOurs(bench, profileFolder)}\n`);
}

function available({ title, unavailable }: Gateway): boolean {
  if (unavailable !== undefined) progress.say(`${title} is left out: ${unavailable}.`);
  return unavailable === undefined;
}

function pin(): Cores {
  const { cores, unpinned } = chooseCores(options.gatewayCores, options.otherCores);
  if (unpinned !== undefined) progress.say(`Nothing is pinned to a core, because ${unpinned}: figures will vary more.`);
  moveTo(cores.others);
  return cores;
}

async function createSite(cores: Cores): Promise<Site> {
  await install(subgraphsFolder, progress);
  const { ownSettings } = options;
  return { ...(await startSubgraphs(folder)), cores, folder, ownSettings, profileFolder: undefined };
}

async function createBench(site: Site, chosen: readonly Gateway[]): Promise<Bench> {
  const contestants: Contestant[] = [];
  const asked = options.queries.map((name) => queries[name]);
  for (const gateway of chosen) {
    const start = gateway.start(site);
    starts.push(start);
    const running = await progress.during(`starting ${gateway.title}`, () => start);
    contestants.push({ gateway, running });
    for (const query of asked) await verifyAnswers(gateway.title, running, query);
  }
  return {
    contestants,
    queries: asked,
    load: await startLoadProcess<LoadJob, LoadResult>(join(import.meta.dirname, 'load', 'main.ts')),
    cores: site.cores,
    options,
    progress,
  };
}

async function memory({ contestants }: Bench): Promise<MemoryByGateway> {
  // Long enough for those who give memory back when they rest.
  await progress.during('letting all rest', () => pause(40_000));
  return Object.fromEntries(
    contestants.map(({ gateway, running: { pid } }) => [gateway.name, memoryOf(processTree(pid))]),
  );
}

function writeJson(file: string, { throughput, latency, memory }: Measured): void {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, platform: process.platform, node: process.version };
  writeFileSync(file, `${JSON.stringify({ machine, options, memory, throughput, latency }, null, 2)}\n`);
}

/** Stops every gateway, also one that is only starting, and removes what was written. */
async function leave(): Promise<void> {
  await Promise.allSettled(starts.map(async (start) => (await start).stop()));
  rmSync(folder, { recursive: true, force: true });
}
