import type { ServiceSettings } from '@atrium/stack';
import { Command, InvalidArgumentError } from 'commander';
import { chosen, toCount, toNumber } from '../../src/arguments.ts';

/** What is measured. */
export const workloadNames = ['upload', 'cold', 'warm'] as const;
export type WorkloadName = (typeof workloadNames)[number];

/** What the bench is asked to do. */
export interface BenchOptions {
  workloads: WorkloadName[];
  rounds: number;
  /** How many variants each makes of each format in a round. */
  variants: number;
  /** How many uploads of each size go each way in a round. */
  uploads: number;
  /** How long kept variants are asked for in a round, of each. */
  seconds: number;
  json: string | undefined;
  ownSettings: ServiceSettings;
}

/** Reads the command line; ends the process by itself where it is wrong or asks for help. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const given = new Command('bench:image')
    .description(
      'measures uploads through the gateway and straight to Image, and variants beside ipx, sharp alone and a bare server; docs/BENCHMARKS.md explains what and how',
    )
    .addOption(chosen('--workloads <workloads>', 'what is measured, with commas between', workloadNames))
    .option('--rounds <count>', 'rounds in which everybody runs once for each workload (7)', toRounds)
    .option('--variants <count>', 'variants of each format that each makes in a round (40)', toCount)
    .option('--uploads <count>', 'uploads of each size that go each way in a round (6)', toCount)
    .option('--seconds <seconds>', 'how long kept variants are asked for in a round, of each (3)', toNumber)
    .option('--quick', 'one short round: a look, no measurement')
    .option('--set <service.NAME=VALUE>', 'a setting of gateway, image or all; may be repeated', collect, {})
    .option('--json <file>', 'write everything that was measured to this file')
    .parse(argv)
    .opts<Partial<BenchOptions> & { quick?: true; set: ServiceSettings }>();
  const preset = given.quick
    ? { rounds: 1, variants: 12, uploads: 2, seconds: 1 }
    : { rounds: 7, variants: 40, uploads: 6, seconds: 3 };
  return {
    workloads: given.workloads ?? [...workloadNames],
    rounds: given.rounds ?? preset.rounds,
    variants: given.variants ?? preset.variants,
    uploads: given.uploads ?? preset.uploads,
    seconds: given.seconds ?? preset.seconds,
    json: given.json,
    ownSettings: given.set,
  };
}

/** More would ask for variants that are made already. */
const mostRounds = 20;

function toRounds(text: string): number {
  const rounds = toCount(text);
  if (rounds < 1 || rounds > mostRounds) throw new InvalidArgumentError(`Give a number from 1 to ${mostRounds}.`);
  return rounds;
}

function collect(text: string, before: ServiceSettings): ServiceSettings {
  const [, service, name, value] = /^(gateway|image|all)\.([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (service === undefined || name === undefined || value === undefined) {
    throw new InvalidArgumentError('Give service.NAME=VALUE.');
  }
  const which = service as keyof ServiceSettings;
  return { ...before, [which]: { ...before[which], [name]: value } };
}
