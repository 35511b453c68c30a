// What an admission costs: the CPU time of a request with it and without, side by side, and that of the lane alone.
import { parseArgs } from 'node:util';
import { Lane, type Visitor } from '@atrium/service-kit/admission';
import { spreadOf } from '../../src/statistics.ts';
import { figure, spreadText, toTable } from '../../src/table.ts';
import { startContestant } from './contestant.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, requests: { type: 'string', default: '8000' } },
});
const rounds = Number(values.rounds);
const requests = Number(values.requests);

const contestants = await Promise.all([startContestant('without'), startContestant('with')]);
const rows: string[][] = [];
for (const connections of [1, 64]) {
  for (const contestant of contestants) await contestant.run(requests, connections);
  const costs = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    // Whatever else the machine does in a round, both have their share of it.
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const contestant of order) costs.get(contestant.name)?.push(await contestant.run(requests, connections));
  }
  const [without = [], withIt = []] = [costs.get('without'), costs.get('with')];
  const added = withIt.map((cost, round) => cost - (without[round] ?? 0));
  rows.push([
    `${connections} connections`,
    ...[without, withIt, added].map((sample) => spreadText(spreadOf(sample))),
    `${figure((100 * spreadOf(added).median) / spreadOf(without).median, 2)} %`,
  ]);
}
for (const contestant of contestants) contestant.close();
process.stdout.write(
  `CPU time of a request in microseconds, median of ${rounds} rounds of ${requests} requests (from–to)\n\n` +
    `${toTable(['', 'without', 'with', 'added', 'part'], rows)}\n\n`,
);

const limits = { running: 64, runningOfCaller: 64, waiting: 100_000 };
const forever = Number.POSITIVE_INFINITY;
const laneRows = [0, 1_000, 50_000].map((waiting) => {
  const lane = new Lane(limits);
  const visitor = (caller: string): Visitor => ({ caller, deadline: forever, begin: () => {}, refuse: () => {} });
  // Those who wait are of a hundred callers, and one more comes and one leaves each time.
  const places = Array.from({ length: waiting === 0 ? 0 : 64 + waiting }, (_, index) =>
    lane.enter(visitor(`client ${index % 100}`)),
  );
  const turns = 300_000;
  const startedAt = process.cpuUsage();
  for (let turn = 0; turn < turns; turn++) {
    places.push(lane.enter(visitor(`client ${turn % 100}`)));
    // The one that began first leaves first.
    const leaving = places[turn];
    if (leaving) lane.leave(leaving);
  }
  const { user, system } = process.cpuUsage(startedAt);
  return [`${waiting} waiting`, figure((1_000 * (user + system)) / turns)];
});
process.stdout.write(`${toTable(['CPU time of entering and leaving a lane', 'nanoseconds'], laneRows)}\n`);
process.exit();
