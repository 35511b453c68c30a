import { Command, InvalidArgumentError } from 'commander';
import { chosen, toCount, toNumber } from '../../src/arguments.ts';
import { type ContestantName, contestantNames } from './contestants.ts';

/** What the bench is asked to do. */
export interface BenchOptions {
  parts: Part[];
  contestants: ContestantName[];
  rounds: number;
  /** How many jobs a worker works in a round. */
  jobs: number;
  seconds: number;
  connections: number;
  json: string | undefined;
  profile: boolean;
  /** Further settings of Messaging. */
  settings: Record<string, string>;
}

const parts = ['send', 'work'] as const;
type Part = (typeof parts)[number];

interface Given {
  parts: Part[];
  only: ContestantName[];
  rounds?: number;
  jobs?: number;
  seconds?: number;
  connections: number;
  quick?: true;
  json?: string;
  profile?: true;
  set: Record<string, string>;
}

/** Reads the command line; ends the process by itself where it is wrong or asks for help. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const given = command().parse(argv).opts<Given>();
  const preset = given.quick ? { rounds: 1, jobs: 5_000, seconds: 2 } : { rounds: 5, jobs: 20_000, seconds: 5 };
  return {
    parts: given.parts,
    contestants: given.only,
    rounds: given.rounds ?? preset.rounds,
    jobs: given.jobs ?? preset.jobs,
    seconds: given.seconds ?? preset.seconds,
    connections: given.connections,
    json: given.json,
    profile: given.profile ?? false,
    settings: given.set,
  };
}

function command(): Command {
  return new Command('bench:messaging')
    .description(
      'measures how fast messages are accepted through the whole system, and how fast a worker delivers them beside queue libraries with empty jobs; docs/BENCHMARKS.md explains what and how',
    )
    .addOption(chosen('--parts <parts>', 'sending, working or both, with commas between', parts))
    .addOption(chosen('--only <contestants>', 'whose workers are measured, with commas between', contestantNames))
    .option('--rounds <count>', 'rounds in which everybody has a turn (5)', toCount)
    .option('--jobs <count>', 'jobs that a worker works in a round, in thousands (20000)', toJobs)
    .option('--seconds <seconds>', 'how long messages are asked for in a round (5)', toNumber)
    .option('--connections <count>', 'requests for messages that are on their way at a time', toCount, 128)
    .option('--quick', 'one round of few jobs: a look, no measurement')
    .option('--set <NAME=VALUE>', 'a setting of Messaging; may be repeated', collect, {})
    .option('--json <file>', 'write everything that was measured to this file')
    .option('--profile', 'instead of comparing, show where our worker spends its time');
}

function toJobs(text: string): number {
  const jobs = toCount(text);
  if (jobs < 1_000 || jobs % 1_000 !== 0) throw new InvalidArgumentError('Give thousands.');
  return jobs;
}

function collect(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Give NAME=VALUE.');
  return { ...before, [name]: value };
}
