import { Command, InvalidArgumentError } from 'commander';
import { chosen, toCount, toNumber } from '../../src/arguments.ts';
import { toCores } from '../../src/cores.ts';
import { type GatewayName, gatewayNames } from './gateways/gateway.ts';
import { type QueryName, queryNames } from './queries.ts';

/** What the bench is asked to do. */
export interface BenchOptions {
  gateways: GatewayName[];
  queries: QueryName[];
  rounds: number;
  latencyRounds: number;
  seconds: number;
  warmUpSeconds: number;
  connections: number;
  /** The part of the slowest gateway's throughput that the open loop asks of all. */
  latencyLoad: number;
  gatewayCores: number[];
  otherCores: number[];
  /** Where to write everything that was measured. */
  json: string | undefined;
  profile: boolean;
  /** Further settings of our own gateway. */
  ownSettings: Record<string, string>;
}

interface Given extends Omit<BenchOptions, 'gateways' | 'rounds' | 'latencyRounds' | 'seconds' | 'warmUpSeconds'> {
  only: GatewayName[];
  rounds?: number;
  latencyRounds?: number;
  seconds?: number;
  warmUp?: number;
  set: Record<string, string>;
  quick?: true;
}

/** Reads the command line; ends the process by itself where it is wrong or asks for help. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const given = command().parse(argv).opts<Given>();
  const preset = given.quick
    ? { rounds: 2, latencyRounds: 1, seconds: 1, warmUp: 1 }
    : { rounds: 7, latencyRounds: 3, seconds: 4, warmUp: 4 };
  const { connections, latencyLoad, gatewayCores, otherCores, json, queries } = given;
  return {
    gateways: given.only,
    queries,
    rounds: given.rounds ?? preset.rounds,
    latencyRounds: given.latencyRounds ?? preset.latencyRounds,
    seconds: given.seconds ?? preset.seconds,
    warmUpSeconds: given.warmUp ?? preset.warmUp,
    connections,
    latencyLoad,
    gatewayCores,
    otherCores,
    json,
    profile: given.profile ?? false,
    ownSettings: given.set,
  };
}

function command(): Command {
  return new Command('bench:gateway')
    .description(
      'measures our gateway against others over the same subgraphs; docs/BENCHMARKS.md explains what and how',
    )
    .addOption(chosen('--only <gateways>', 'the gateways to measure, with commas between', gatewayNames))
    .addOption(chosen('--queries <queries>', 'the queries to ask, with commas between', queryNames))
    .option('--rounds <count>', 'rounds in which each gateway runs once for each query (7)', toCount)
    .option('--latency-rounds <count>', 'the same at a fixed rate of requests (3; 0 leaves this part out)', toCount)
    .option('--seconds <seconds>', 'how long each gateway runs for a query in a round (4)', toNumber)
    .option('--warm-up <seconds>', 'how long each runs for each query before the first round (4)', toNumber)
    .option('--quick', 'rounds of one second, two and one of them: a look, no measurement')
    .option('--connections <count>', 'requests on their way at a time', toCount, 32)
    .option('--latency-load <part>', 'the fixed rate, as a part of what the slowest gateway reached', toNumber, 0.6)
    .option('--gateway-cores <cores>', 'the cores of the gateway, such as 0 or 0-1', asCores, [0])
    .option('--other-cores <cores>', 'the cores of subgraphs, database and load', asCores, [1])
    .option('--set <NAME=VALUE>', 'a setting of our gateway; may be repeated', collectSetting, {})
    .option('--json <file>', 'write everything that was measured to this file')
    .option('--profile', 'instead of comparing, show where our gateway spends its time, and leave its CPU profiles');
}

function asCores(text: string): number[] {
  try {
    return toCores(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function collectSetting(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Give NAME=VALUE.');
  return { ...before, [name]: value };
}
