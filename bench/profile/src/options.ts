import type { ServiceSettings } from '@atrium/stack';
import { Command, InvalidArgumentError } from 'commander';
import { chosen, toCount, toNumber } from '../../src/arguments.ts';
import { type ContestantName, contestantNames } from './contestants/contestant.ts';
import { type WorkloadName, workloadNames } from './workloads.ts';

/** What the bench is asked to do. */
export interface BenchOptions {
  contestants: ContestantName[];
  workloads: WorkloadName[];
  connections: number[];
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  /** How many users are in the tables before anything is measured. */
  userCount: number;
  /** Where to write everything that was measured. */
  json: string | undefined;
  profile: boolean;
  /** Further settings of our services. */
  ownSettings: ServiceSettings;
}

interface Given {
  only: ContestantName[];
  workloads: WorkloadName[];
  connections: number[];
  rounds?: number;
  seconds?: number;
  warmUp?: number;
  users?: number;
  quick?: true;
  json?: string;
  profile?: true;
  set: ServiceSettings;
}

/** Reads the command line; ends the process by itself where it is wrong or asks for help. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const given = command().parse(argv).opts<Given>();
  const preset = given.quick ? { rounds: 1, seconds: 2, warmUp: 1 } : { rounds: 7, seconds: 4, warmUp: 5 };
  return {
    contestants: given.only,
    workloads: given.workloads,
    connections: given.connections,
    rounds: given.rounds ?? preset.rounds,
    seconds: given.seconds ?? preset.seconds,
    warmUpSeconds: given.warmUp ?? preset.warmUp,
    userCount: given.users ?? 100_000,
    json: given.json,
    profile: given.profile ?? false,
    ownSettings: given.set,
  };
}

function command(): Command {
  return new Command('bench:profile')
    .description(
      'measures creating, reading and finding users through our whole system and through others on the same PostgreSQL; docs/BENCHMARKS.md explains what and how',
    )
    .addOption(chosen('--only <contestants>', 'who is measured, with commas between', contestantNames))
    .addOption(chosen('--workloads <workloads>', 'what is measured, with commas between', workloadNames))
    .option(
      '--connections <counts>',
      'how many requests are on their way at a time; several with commas between',
      toCounts,
      [32, 128],
    )
    .option('--rounds <count>', 'rounds in which everybody runs once for each workload (7)', toCount)
    .option('--seconds <seconds>', 'how long each runs for a workload in a round (4)', toSeconds)
    .option('--warm-up <seconds>', 'how long each runs for each workload before the first round (5)', toNumber)
    .option(
      '--users <count>',
      'users in the tables before anything is measured, 10,000 at least (100,000)',
      toUserCount,
    )
    .option('--quick', 'one round of two seconds: a look, no measurement')
    .option(
      '--set <service.NAME=VALUE>',
      'a setting of gateway, profile, image, messaging or all; may be repeated',
      collect,
      {},
    )
    .option('--json <file>', 'write everything that was measured to this file')
    .option(
      '--profile',
      'instead of comparing, show where our services spend their time, and leave their CPU profiles',
    );
}

function toCounts(text: string): number[] {
  return text.split(',').map((count) => {
    const value = toCount(count.trim());
    if (value < 1 || value > 256) throw new InvalidArgumentError('Give numbers from 1 to 256.');
    return value;
  });
}

function toSeconds(text: string): number {
  const value = toNumber(text);
  if (value < 2 || value > 40) throw new InvalidArgumentError('Give a number from 2 to 40.');
  return value;
}

function toUserCount(text: string): number {
  const value = toCount(text);
  if (value < 10_000) throw new InvalidArgumentError('Give 10,000 or more.');
  return value;
}

function collect(text: string, before: ServiceSettings): ServiceSettings {
  const [, service, name, value] = /^(gateway|profile|image|messaging|all)\.([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (service === undefined || name === undefined || value === undefined) {
    throw new InvalidArgumentError('Give service.NAME=VALUE.');
  }
  const which = service as keyof ServiceSettings;
  return { ...before, [which]: { ...before[which], [name]: value } };
}
