import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from '../../src/install.ts';
import { memoryOf, processTree } from '../../src/process-cost.ts';
import { createProgress } from '../../src/progress.ts';
import { runBench } from '../../src/run-bench.ts';
import { measureRounds } from './measure.ts';
import { readOptions } from './options.ts';
import { type PeakBytes, report } from './report.ts';
import { openSite, type Site } from './site.ts';

const options = readOptions(process.argv);
const progress = createProgress();
const folder = mkdtempSync(join(tmpdir(), 'atrium-bench-'));
const stops: (() => unknown)[] = [];

await runBench('bench:image', compare, leave);

async function compare(): Promise<void> {
  await install(join(import.meta.dirname, '..', 'peers', 'ipx'), progress);
  const site = await openSite(folder, options, progress, (stop) => stops.push(stop));
  const slices = await measureRounds(site, options, progress);
  const peaks = peaksOf(site);
  process.stdout.write(`${report(slices, peaks)}\n`);
  if (options.json === undefined) return;
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, platform: process.platform, node: process.version };
  writeFileSync(options.json, `${JSON.stringify({ machine, options, peaks, slices }, null, 2)}\n`);
}

function peaksOf({ stack, ipx, sharpAlone, bare }: Site): PeakBytes {
  const pids = {
    gateway: stack.services.gateway.pid ?? 0,
    Image: stack.services.image.pid ?? 0,
    ipx: ipx.pid,
    'sharp alone': sharpAlone.pid,
    'bare node:http': bare.pid,
  };
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, memoryOf(processTree(pid)).peakBytes]));
}

/** Stops whoever was started, the last one first, and removes what was written. */
async function leave(): Promise<void> {
  for (const stop of stops.reverse()) await Promise.resolve(stop()).catch(() => {});
  rmSync(folder, { recursive: true, force: true });
}
