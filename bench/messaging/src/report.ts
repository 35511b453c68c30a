import { spreadOf } from '../../src/statistics.ts';
import { figure, spreadText, toTable } from '../../src/table.ts';
import { type ContestantName, contestants } from './contestants.ts';
import type { DeliveryWorker, Enqueued } from './enqueue.ts';
import type { Worked } from './run-worker.ts';

/** What was measured, in order of the rounds. */
export interface Measured {
  sent: Map<DeliveryWorker, Enqueued[]>;
  worked: Map<ContestantName, Worked[]>;
}

const meanings: Record<DeliveryWorker, string> = {
  inside: 'delivered meanwhile to the developer inbox, by the service itself',
  apart: 'accepted and durable, delivered by nobody yet',
};

/** The tables. */
export function report({ sent, worked }: Measured): string {
  return [
    ...(sent.size > 0 ? [`### sendMessage through the gateway`, sentTable(sent)] : []),
    ...(worked.size > 0 ? [`### One worker on one core`, workedTable(worked)] : []),
  ].join('\n\n');
}

function sentTable(sent: Measured['sent']): string {
  const names = Object.keys([...sent.values()][0]?.[0]?.cpu ?? {});
  const rows = [...sent].map(([how, rounds]) => {
    const of = (value: (round: Enqueued) => number) => spreadText(spreadOf(rounds.map(value)));
    return [
      meanings[how],
      of(({ requests, seconds }) => requests / seconds),
      of(({ p50Ms }) => p50Ms),
      of(({ p99Ms }) => p99Ms),
      ...names.map((name) =>
        figure(spreadOf(rounds.map(({ cpu, durable }) => (1_000 * (cpu[name] ?? 0)) / durable)).median),
      ),
      figure(spreadOf(rounds.map(({ elsewhereCpu, seconds }) => elsewhereCpu / seconds)).median),
    ];
  });
  const cpu = names.map((name) => `CPU-s per 1,000: ${name}`);
  return toTable(['messages', 'a second', 'p50 ms', 'p99 ms', ...cpu, 'cores busy elsewhere'], rows);
}

function workedTable(worked: Measured['worked']): string {
  const rows = [...worked].map(([name, rounds]) => {
    const of = (value: (round: Worked) => number) => spreadText(spreadOf(rounds.map(value)));
    return [
      contestants[name].title,
      of(({ jobs, seconds }) => jobs / seconds),
      of(({ jobs, workerCpu }) => jobs / workerCpu),
      figure(spreadOf(rounds.map(({ jobs, workerCpu }) => (1_000 * workerCpu) / jobs)).median),
      figure(spreadOf(rounds.map(({ jobs, databaseCpu }) => (1_000 * databaseCpu) / jobs)).median),
      figure(spreadOf(rounds.map(({ elsewhereCpu, seconds }) => elsewhereCpu / seconds)).median),
    ];
  });
  return toTable(
    [
      'worker',
      'a second',
      'a CPU-second of the worker',
      'CPU-s per 1,000: worker',
      'PostgreSQL',
      'cores busy elsewhere',
    ],
    rows,
  );
}
