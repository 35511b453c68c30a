import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@atrium/stack';
import { figure, toTable } from './table.ts';

/** A CPU profile as V8 writes it; times are in microseconds. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

const shown = 25;
const writeTimeoutMs = 30_000;

/** What Node is started with so that SIGUSR2 begins a CPU profile and ends it, into BENCH_PROFILE_FOLDER. */
export const profilingArguments = ['--import', join(import.meta.dirname, 'profile-on-signal.ts')];

/** Profiles processes while `work` is done. A file is the next that its process writes into its folder. */
export async function profileDuring<T>(
  processes: readonly { pid: number; file: string }[],
  work: () => Promise<T>,
): Promise<{ profiles: CpuProfile[]; result: T }> {
  for (const { pid } of processes) process.kill(pid, 'SIGUSR2');
  const result = await work();
  for (const { pid } of processes) process.kill(pid, 'SIGUSR2');
  return { profiles: await Promise.all(processes.map(({ file }) => readWhenWritten(file))), result };
}

async function readWhenWritten(file: string): Promise<CpuProfile> {
  const deadline = performance.now() + writeTimeoutMs;
  while (!existsSync(file)) {
    if (performance.now() > deadline) throw new Error(`The process has written no profile to ${file}.`);
    await pause(100);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
}

/** The functions that ran longest themselves, as parts of the time in which anything ran. */
export function selfTimes(profile: CpuProfile): string {
  return longestFirst('function', profile, placeOf);
}

/** The same by whose code it was: a package, Node's own modules, or a folder of the project. */
export function timesByOrigin(profile: CpuProfile): string {
  return longestFirst('code of', profile, originOf);
}

type CallFrame = CpuProfile['nodes'][number]['callFrame'];

function longestFirst(
  what: string,
  { nodes, samples, timeDeltas }: CpuProfile,
  nameOf: (frame: CallFrame) => string,
): string {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (!frame || !isWork(frame)) return;
    const name = nameOf(frame);
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  });
  const busy = [...times.values()].reduce((sum, time) => sum + time, 0);
  const longest = [...times].sort(([, one], [, other]) => other - one).slice(0, shown);
  const rows = longest.map(([name, time]) => [name, `${figure((time / busy) * 100)} %`, figure(time / 1_000)]);
  return toTable([what, 'of its time', 'ms'], rows);
}

/** Neither is work of the process: waiting, and starting and ending the profile itself. */
function isWork({ functionName, url }: CallFrame): boolean {
  return functionName !== '(idle)' && !(functionName === 'post' && url === 'node:inspector');
}

function originOf({ functionName, url }: CallFrame): string {
  if (url === '') return /^\(/.test(functionName) ? functionName : 'V8 and Node, native';
  if (url.startsWith('node:')) return url;
  const file = fileURLToPath(url).replace(`${repositoryRoot}/`, '');
  const [, inPackage] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  return inPackage ?? dirname(file);
}

function placeOf({ functionName, url, lineNumber }: CallFrame): string {
  if (url === '') return functionName || '(anonymous)';
  const file = url.startsWith('file:') ? fileURLToPath(url).replace(`${repositoryRoot}/`, '') : url;
  return `${functionName || '(anonymous)'} ${file.replace(/^.*node_modules\//, '')}:${lineNumber + 1}`;
}
