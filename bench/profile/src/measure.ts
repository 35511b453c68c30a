import { setTimeout as pause } from 'node:timers/promises';
import type { Progress } from '../../src/progress.ts';
import type { Contestant, ContestantName, RunningContestant } from './contestants/index.ts';
import type { LoadResult } from './load/job.ts';
import type { BenchOptions } from './options.ts';
import type { WorkloadName } from './workloads.ts';

/** Somebody who runs and is to be measured. */
export interface Entrant {
  contestant: Contestant;
  running: RunningContestant;
  /** What is measured of them: what they know and do not refuse. */
  workloads: WorkloadName[];
}

/** What one contestant did with one workload in one round. */
export interface Slice extends LoadResult {
  round: number;
  workload: WorkloadName;
  connections: number;
  contestant: ContestantName;
}

/** What slices are made with. */
export interface Bench {
  entrants: Entrant[];
  options: BenchOptions;
  progress: Progress;
}

/** What everybody does in turn. */
interface Turn {
  workload: WorkloadName;
  connections: number;
}

// Part of each slice that reads, unmeasured: connections are opened, and what idled gets going again.
const runUpMs = 300;
const pauseBetweenMs = 300;

/** Loads everybody with every workload for the first time, so that code is compiled and caches are filled. */
export async function warmUp(bench: Bench): Promise<void> {
  const { entrants, options, progress } = bench;
  const turns = entrants.flatMap((entrant) => readsFirst(entrant.workloads).map((workload) => ({ entrant, workload })));
  const connections = Math.max(...options.connections);
  const count = progress.count(turns.length, options.warmUpSeconds + 1);
  for (const { entrant, workload } of turns) {
    count.step(`warming up: ${workload} by ${entrant.contestant.title}`);
    await runSlice(entrant, { workload, connections }, options.warmUpSeconds * 1_000);
  }
  count.end();
}

/**
 * Runs rounds in which everybody does as much as they can. All that reads comes before all that writes, so that lists are
 * asked for of as many users in the last round as in the first.
 */
export async function measureRounds(bench: Bench): Promise<Slice[]> {
  const { options, progress } = bench;
  const reads = options.workloads.filter((workload) => workload !== 'W');
  const writes = options.workloads.filter((workload) => workload === 'W');
  const phases = [reads, writes].map((workloads) =>
    workloads.flatMap((workload) => options.connections.map((connections) => ({ workload, connections }))),
  );
  const inARound = phases.flat().reduce((sum, turn) => sum + takingPart(bench, turn, 0).length, 0);
  const count = progress.count(inARound * options.rounds, options.seconds + (runUpMs + pauseBetweenMs) / 1_000);
  const slices: Slice[] = [];
  for (const turns of phases) {
    for (let round = 0; round < options.rounds; round += 1) {
      for (const turn of turns) {
        for (const entrant of takingPart(bench, turn, round)) {
          const { contestant } = entrant;
          const { workload, connections } = turn;
          count.step(`round ${round + 1}: ${workload} by ${contestant.title}, ${connections} connections`);
          const result = await runSlice(entrant, turn, options.seconds * 1_000);
          slices.push({ round, workload, connections, contestant: contestant.name, ...result });
        }
      }
    }
  }
  count.end();
  return slices;
}

/** Who does this, in turn: whoever begins in one round comes last in the next. */
function takingPart({ entrants }: Bench, { workload }: Turn, round: number): Entrant[] {
  const able = entrants.filter(({ workloads }) => workloads.includes(workload));
  const first = able.length === 0 ? 0 : round % able.length;
  return [...able.slice(first), ...able.slice(0, first)];
}

/** Loads one contestant with one workload for a while, and checks that its creates have had all their effects. */
export async function runSlice({ contestant, running }: Entrant, turn: Turn, measuredMs: number): Promise<LoadResult> {
  await pause(pauseBetweenMs);
  const what = `${turn.workload} by ${contestant.title}`;
  try {
    if (turn.workload !== 'W') return await running.run({ ...turn, runUpMs, measuredMs });
    const before = await running.countEffects();
    const result = await running.run({ ...turn, runUpMs, measuredMs });
    checkEffects(before, await running.countEffects(), result.requests);
    return result;
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`);
  }
}

function checkEffects(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  created: number,
): void {
  for (const [effect, count] of Object.entries(after)) {
    const more = count - (before[effect] ?? 0);
    if (more !== created) throw new Error(`${created} creates were answered, and ${effect}: ${more} more`);
  }
}

function readsFirst(workloads: readonly WorkloadName[]): WorkloadName[] {
  return [...workloads].sort((one, other) => Number(one === 'W') - Number(other === 'W'));
}
