import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@atrium/stack';
import { type Bench, runSlice } from './measure.ts';
import { figure, toTable } from './table.ts';

/** A CPU profile as V8 writes it; times are in microseconds. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

const shown = 25;
const writeTimeoutMs = 30_000;

/** Profiles our gateway for each query under full load; tells the files, and where the time goes. */
export async function profileOurs(bench: Bench, folder: string): Promise<string> {
  const { contestants, queries } = bench;
  const parts: string[] = [];
  for (const contestant of contestants) {
    for (const [index, query] of queries.entries()) {
      process.kill(contestant.running.pid, 'SIGUSR2');
      const { requests } = await runSlice(bench, contestant, query, {});
      process.kill(contestant.running.pid, 'SIGUSR2');
      const file = join(folder, `${index + 1}.cpuprofile`);
      const profile = await readWhenWritten(file);
      parts.push(`### ${query.name}, ${requests} requests, ${file}`, selfTimes(profile));
    }
  }
  return parts.join('\n\n');
}

async function readWhenWritten(file: string): Promise<CpuProfile> {
  const deadline = performance.now() + writeTimeoutMs;
  while (!existsSync(file)) {
    if (performance.now() > deadline) throw new Error(`The gateway has written no profile to ${file}.`);
    await pause(100);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
}

/** The functions that ran longest themselves, as parts of the time in which anything ran. */
function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): string {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  });
  // Neither is work of the gateway: waiting, and starting and ending the profile itself.
  for (const name of times.keys()) if (name === '(idle)' || name.startsWith('post node:inspector')) times.delete(name);
  const busy = [...times.values()].reduce((sum, time) => sum + time, 0);
  const longest = [...times].sort(([, one], [, other]) => other - one).slice(0, shown);
  const rows = longest.map(([name, time]) => [name, `${figure((time / busy) * 100)} %`, figure(time / 1_000)]);
  return toTable(['function', 'of its time', 'ms'], rows);
}

function placeOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName || '(anonymous)';
  const file = url.startsWith('file:') ? fileURLToPath(url).replace(`${repositoryRoot}/`, '') : url;
  return `${functionName || '(anonymous)'} ${file.replace(/^.*node_modules\//, '')}:${lineNumber + 1}`;
}
