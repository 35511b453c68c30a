// What the checks of CI take from nothing: on this repository, and on a graph as large as they come.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { spreadOf } from '../../src/statistics.ts';
import { toTable } from '../../src/table.ts';
import { generateGraph } from './generate-graph.ts';

const root = resolve(import.meta.dirname, '../../..');
const program = join(root, 'supergraph/src/main.ts');
const runs = 5;
const subgraphs = 50;
const types = 2_000;

/** What one run of a command took. */
interface Run {
  seconds: number;
  cpuSeconds: number;
  peakMiB: number;
}

// The process itself knows its peak and its processor time best; it says so as it ends.
const lastWords = `
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write(JSON.stringify({ peakMiB: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }) + '\\n');
  });`;
const preload = `data:text/javascript,${encodeURIComponent(lastWords)}`;

/** Runs `supergraph` in a process of its own, from nothing. */
async function run(...args: string[]): Promise<Run> {
  const began = performance.now();
  const given = ['--import', preload, '--disable-warning=ExperimentalWarning', program, ...args];
  const child = spawn(process.execPath, given, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const code = await new Promise<number | null>((settle) => child.on('close', settle));
  const last = told.trim().split('\n').at(-1) ?? '';
  if (code !== 0 || !last.startsWith('{')) throw new Error(`supergraph ${args[0]} ended with ${code}:\n${told}`);
  return { seconds: (performance.now() - began) / 1000, ...(JSON.parse(last) as Omit<Run, 'seconds'>) };
}

async function measure(what: string, limitSeconds: number, ...args: string[]): Promise<string[]> {
  const taken: Run[] = [];
  for (let each = 0; each < runs; each++) taken.push(await run(...args));
  const { median, min, max } = spreadOf(taken.map(({ seconds }) => seconds));
  const cpu = spreadOf(taken.map(({ cpuSeconds }) => cpuSeconds)).median;
  const peak = Math.max(...taken.map(({ peakMiB }) => peakMiB));
  const spread = `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  return [what, spread, cpu.toFixed(2), peak.toFixed(0), String(limitSeconds)];
}

const folder = await mkdtemp(join(tmpdir(), 'atrium-supergraph-'));
try {
  const graph = generateGraph(subgraphs, types);
  const lines = graph.map(
    ({ name }) => `  ${name}:\n    routing_url: http://localhost/${name}\n    schema: { file: ${name}.graphql }`,
  );
  await writeFile(join(folder, 'supergraph.yaml'), `subgraphs:\n${lines.join('\n')}\n`);
  for (const { name, sdl } of graph) await writeFile(join(folder, `${name}.graphql`), sdl);
  const declared = graph.flatMap(({ sdl }) => sdl.match(/^(type|enum|input) \w+/gm) ?? []);
  const config = join(folder, 'supergraph.yaml');
  const out = join(folder, 'supergraph.graphql');
  const generated = `compose ${graph.length} subgraphs with ${new Set(declared).size} types`;
  const rows = [
    await measure('check --base HEAD of this repository', 5, 'check', '--base', 'HEAD'),
    await measure(generated, 10, 'compose', '--config', config, '--out', out),
  ];
  const heading = ['in a new process each time', 'seconds', 'CPU seconds', 'peak MiB', 'may take'];
  process.stdout.write(
    `Median of ${runs} runs (from–to) on ${availableParallelism()} cores with a load of ${loadavg()[0]?.toFixed(1)} as they ended\n\n${toTable(heading, rows)}\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
