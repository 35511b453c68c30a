import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seeded } from '@atrium/service-kit/testing/seeded';
import { startStack } from '@atrium/stack';
import { loadRegistrations } from '@atrium/stack/seed-direct';
import { Command } from 'commander';
import { toCount } from '../../src/arguments.ts';
import { createProgress } from '../../src/progress.ts';
import { quantile } from '../../src/statistics.ts';
import { figure, toTable } from '../../src/table.ts';
import { type Asked, ask } from './ask.ts';
import { createCpuClock } from './cpu-clock.ts';
import { measureInsertCost } from './insert-cost.ts';
import { readEverybody } from './read-everybody.ts';
import { isSearch, kindNames, makeQuestions, type Question } from './search-mix.ts';

interface Options {
  users: number;
  each: number;
  rounds: number;
  connections: number;
  seed: number;
  data?: string;
  scan: boolean;
  inserts: boolean;
}

const options = new Command('bench:search')
  .description('loads users into a stack of its own and measures searches and lists; docs/BENCHMARKS.md explains')
  .option('--users <count>', 'how many users to load', toCount, 1_000_000)
  .option('--each <count>', 'how many questions to ask of each kind', toCount, 200)
  .option('--rounds <count>', 'how often to ask all of them', toCount, 3)
  .option('--connections <count>', 'questions on their way at a time', toCount, 1)
  .option('--seed <number>', 'which users, and which questions', toCount, 1)
  .option('--data <folder>', 'keep the stack in this folder, and find its users there the next time')
  .option('--no-scan', 'do not read everybody, which tells what memory Profile takes')
  .option('--no-inserts', 'leave out what each index costs on insert')
  .parse()
  .opts<Options>();
const progress = createProgress();
const folder = options.data ?? mkdtempSync(join(tmpdir(), 'atrium-search-'));
const ports = 'free';
const stack = await progress.during('starting a stack', () => startStack({ dataDir: folder, ports }));
try {
  await load();
  const questions = makeQuestions({ count: options.users, seed: options.seed }, options.each, seeded(options.seed));
  // Everybody's first question is slow; it is not what is measured.
  for (const kind of kindNames)
    for (const question of questions.filter((one) => one.kind === kind).slice(0, 2))
      await ask(stack, question, () => 0);
  process.stdout.write(`${report(await askInRounds(questions))}\n`);
  if (options.scan) process.stdout.write(`\n${await readEverybody(stack, options.users, progress)}\n`);
  if (options.inserts) process.stdout.write(`\n${await measureInsertCost(stack.databases.profile, progress)}\n`);
} finally {
  await stack.stop();
  if (!options.data) rmSync(folder, { recursive: true, force: true });
}

async function load(): Promise<void> {
  const { users: count, seed } = options;
  const steps = progress.count(100, count / 100 / 12_000);
  let loaded = 0;
  steps.step('users are loaded');
  const onProgress = (more: number) => {
    const before = Math.floor((loaded / count) * 100);
    loaded += more;
    for (let percent = before; percent < Math.floor((loaded / count) * 100); percent += 1)
      steps.step('users are loaded');
  };
  const added = await loadRegistrations({ url: stack.databases.profile, count, seed, onProgress });
  steps.end();
  progress.say(`${count} users, ${count - added} of them there already`);
}

async function askInRounds(questions: Question[]): Promise<Asked[][]> {
  const steps = progress.count(options.rounds * questions.length, 0.01);
  // Of several questions at a time nobody can say which one it was.
  const cpuClock = options.connections === 1 ? createCpuClock() : () => Number.NaN;
  const rounds: Asked[][] = [];
  while (rounds.length < options.rounds) rounds.push(await askAll(questions, steps, cpuClock));
  steps.end();
  return rounds;
}

/** In the order of the questions. */
async function askAll(
  questions: Question[],
  steps: ReturnType<typeof progress.count>,
  cpuClock: () => number,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  const queue = questions.entries();
  const work = async () => {
    for (const [place, question] of queue) {
      steps.step(question.kind);
      asked[place] = await ask(stack, question, cpuClock);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, work));
  return asked;
}

/**
 * Each question's quickest answer tells what the question costs, and the CPU time even on a machine that others keep busy;
 * the slower ones tell what else the machine did meanwhile.
 */
function report(rounds: readonly Asked[][]): string {
  const head = ['20 users by', 'asked', 'p50 ms', 'p99 ms', 'best p50', 'best p99', 'CPU p50', 'CPU p99', 'found'];
  const row = (name: string, isMeant: (one: Asked) => boolean): string[] => {
    const all = rounds.flat().filter(isMeant);
    const best = (value: (one: Asked) => number): number[] =>
      (rounds[0] ?? []).flatMap((one, place) =>
        isMeant(one) ? [Math.min(...rounds.flatMap((round) => round[place] ?? []).map(value))] : [],
      );
    const samples = [all.map(({ ms }) => ms), best(({ ms }) => ms), best(({ cpuMs }) => cpuMs)];
    const times = samples.flatMap((sample) => quantiles(sample, [0.5, 0.99]));
    const found = all.reduce((sum, one) => sum + one.found, 0) / all.length;
    return [name, String(all.length), ...times.map((value) => figure(value)), figure(found)];
  };
  const rows = kindNames.map((kind) => row(kind, (one) => one.kind === kind));
  return toTable(head, [...rows, row('**all searches**', ({ kind }) => isSearch(kind))]);
}

function quantiles(values: readonly number[], parts: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return parts.map((part) => quantile(sorted, part));
}
