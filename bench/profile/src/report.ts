import { type Spread, spreadOf } from '../../src/statistics.ts';
import { figure, spreadText, toTable } from '../../src/table.ts';
import { type ContestantName, contestants } from './contestants/index.ts';
import type { Entrant, Slice } from './measure.ts';
import { meanings, type WorkloadName, workloadNames } from './workloads.ts';

/** What processes held in memory when all was done, by contestant and process. */
export type MemoryByContestant = Partial<
  Record<ContestantName, Record<string, { residentBytes: number; peakBytes: number | undefined }>>
>;

/** Everything that was measured. */
export interface Measured {
  entrants: Entrant[];
  slices: Slice[];
  memory: MemoryByContestant;
  /** What could not be measured, and why. */
  leftOut: string[];
}

/** A ratio of requests/s that is aimed at. */
interface Aim {
  workload: WorkloadName;
  connections: number;
  of: ContestantName;
  to: ContestantName;
  atLeast: number;
}

const aims: readonly Aim[] = [
  { workload: 'W', connections: 128, of: 'ours', to: 'postgraphile', atLeast: 1 },
  { workload: 'W', connections: 128, of: 'ours', to: 'keystone', atLeast: 2 },
  { workload: 'RZ', connections: 128, of: 'ours', to: 'postgraphile', atLeast: 2 },
  { workload: 'RU', connections: 128, of: 'ours', to: 'postgraphile', atLeast: 2 },
  { workload: 'L', connections: 128, of: 'ours', to: 'postgraphile', atLeast: 1 },
  { workload: 'W', connections: 32, of: 'profile', to: 'pgbench', atLeast: 1 },
];

const mebibyte = 1024 * 1024;

/** The tables of a run, as Markdown that reads well on a terminal. */
export function report(measured: Measured): string {
  const { slices, leftOut } = measured;
  const parts = turnsOf(slices).flatMap((turn) => [
    `### ${turn.workload}: ${meanings[turn.workload]}; ${turn.connections} connections`,
    speedTable(measured, turn),
    costTable(measured, turn),
  ]);
  return [
    ...parts,
    '### Ratios of requests/s, round by round',
    aimTable(measured),
    '### Memory after the run',
    memoryTable(measured),
    ...leftOut,
    ...failures(measured),
  ].join('\n\n');
}

type Turn = Pick<Slice, 'workload' | 'connections'>;

function turnsOf(slices: readonly Slice[]): Turn[] {
  const counts = [...new Set(slices.map(({ connections }) => connections))];
  return workloadNames
    .flatMap((workload) => counts.map((connections) => ({ workload, connections })))
    .filter((turn) => slices.some((slice) => isOf(slice, turn)));
}

const isOf = (slice: Slice, { workload, connections }: Turn) =>
  slice.workload === workload && slice.connections === connections;

/** Requests a second; of creates, with the time in which work went on behind the last answer. */
const rateOf = ({ requests, seconds }: Slice) => requests / seconds;

/** CPU seconds for a thousand requests, of a part of what was used. */
function perThousand(part: (costs: Slice['costs']) => number) {
  return ({ costs, requests }: Slice) => (part(costs) / requests) * 1_000;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const byServices = perThousand(({ processes }) => sum(Object.values(processes)));
const byPostgres = perThousand(({ backends, background }) => backends + background);
const byAll = perThousand(
  ({ processes, backends, background }) => sum(Object.values(processes)) + backends + background,
);

function speedTable({ entrants, slices }: Measured, turn: Turn): string {
  const all = slices.filter((slice) => isOf(slice, turn));
  const rows = rowsOf(entrants, all).map(({ contestant, own }) => {
    const over = (value: (slice: Slice) => number) => spreadOf(own.map(value));
    return [
      contestant.title,
      spreadText(over(rateOf)),
      contestant.name === 'ours' ? '-' : knownText(ratios(slicesBy(all, 'ours'), own)),
      spreadText(over(({ p50Ms }) => p50Ms)),
      spreadText(over(({ p99Ms }) => p99Ms)),
      spreadText(over(byAll)),
      ...(turn.workload === 'W' ? [figure(over(({ backlogMs }) => backlogMs).median)] : []),
    ];
  });
  const head = ['', 'requests/s', 'ours / it', 'p50 ms', 'p99 ms', 'CPU-s per 1,000'];
  return toTable([...head, ...(turn.workload === 'W' ? ['ms of work after the last answer'] : [])], rows);
}

/** Whose CPU time it was, in medians. */
function costTable({ entrants, slices }: Measured, turn: Turn): string {
  const all = slices.filter((slice) => isOf(slice, turn));
  const names = [...new Set(all.flatMap(({ costs }) => Object.keys(costs.processes)))];
  const rows = rowsOf(entrants, all).map(({ contestant, own }) => {
    const median = (value: (slice: Slice) => number) => figure(spreadOf(own.map(value)).median, 2);
    const known = (name: string) => own.some(({ costs }) => name in costs.processes);
    return [
      contestant.title,
      ...names.map((name) => (known(name) ? median(perThousand(({ processes }) => processes[name] ?? 0)) : '')),
      median(perThousand(({ backends }) => backends)),
      median(perThousand(({ background }) => background)),
      median(byServices),
      median(byPostgres),
    ];
  });
  const head = ['CPU-s per 1,000 by', ...names, 'backends', 'PostgreSQL besides', 'all but it', 'all of PostgreSQL'];
  return toTable(head, rows);
}

function rowsOf(entrants: readonly Entrant[], slices: readonly Slice[]) {
  return entrants
    .map(({ contestant }) => ({ contestant, own: slicesBy(slices, contestant.name) }))
    .filter(({ own }) => own.length > 0);
}

function slicesBy(slices: readonly Slice[], name: ContestantName): Slice[] {
  return slices.filter(({ contestant }) => contestant === name);
}

/** Round by round, as how many times the other's rate the one's is: what slows the machine for a while slows both. */
function ratios(one: readonly Slice[], other: readonly Slice[]): Spread {
  return spreadOf(
    one.flatMap((slice) => {
      const same = other.find(({ round }) => round === slice.round);
      return same ? [rateOf(slice) / rateOf(same)] : [];
    }),
  );
}

function knownText(spread: Spread): string {
  return Number.isFinite(spread.median) ? spreadText(spread) : '-';
}

function aimTable({ slices }: Measured): string {
  const rows = aims.map((aim) => {
    const all = slices.filter((slice) => isOf(slice, aim));
    const ratio = ratios(slicesBy(all, aim.of), slicesBy(all, aim.to));
    const measured = Number.isFinite(ratio.median);
    return [
      `${aim.workload}, ${aim.connections} connections: ${contestants[aim.of].title} / ${contestants[aim.to].title}`,
      knownText(ratio),
      `>= ${aim.atLeast}`,
      measured ? (ratio.median >= aim.atLeast ? 'yes' : 'no') : 'not measured',
    ];
  });
  return toTable(['', 'ratio', 'aim', 'reached'], [...rows, ...hotReads(slices)]);
}

/** What Profile alone does on one core with the users that its cache holds. */
function hotReads(slices: readonly Slice[]): string[][] {
  const hot = slices.filter((slice) => slice.workload === 'H' && slice.contestant === 'profile');
  return [...new Set(hot.map(({ connections }) => connections))].map((connections) => {
    const own = hot.filter((slice) => slice.connections === connections);
    const perCoreSecond = spreadOf(
      own.map(({ requests, costs }) => requests / (costs.processes.profile ?? Number.NaN)),
    );
    return [
      `H, ${connections} connections: Profile alone, reads for each second of its CPU time`,
      spreadText(perCoreSecond),
      '>= 15,000',
      perCoreSecond.median >= 15_000 ? 'yes' : 'no',
    ];
  });
}

function memoryTable({ entrants, memory }: Measured): string {
  const rows = entrants.flatMap(({ contestant }) =>
    Object.entries(memory[contestant.name] ?? {}).map(([name, { residentBytes, peakBytes = Number.NaN }]) => [
      `${contestant.title}: ${name}`,
      figure(residentBytes / mebibyte),
      figure(peakBytes / mebibyte),
    ]),
  );
  return toTable(['', 'resident MB', 'at most MB'], rows);
}

/** What answered wrongly or not at all; a run with such lines has measured nothing. */
function failures({ slices }: Measured): string[] {
  const wrong = slices.filter(({ failures }) => failures > 0);
  if (wrong.length === 0) return ['Every answer was right, and every create had all its effects.'];
  return wrong.map(
    ({ contestant, workload, connections, round, failures, firstFailure }) =>
      `WRONG: ${contestant}, ${workload}, ${connections} connections, round ${round + 1}: ${failures} answers; the first: ${firstFailure}`,
  );
}
