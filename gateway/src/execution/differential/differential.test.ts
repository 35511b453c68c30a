import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Contest, prepareContest } from './contest.ts';
import { graphs } from './graphs/index.ts';
import { judge, type Verdict } from './judge.ts';
import { operationArbitrary } from './operations/operation-arbitrary.ts';
import { writeOperation } from './operations/write-operation.ts';

const isFull = process.env.ATRIUM_TEST_TIER === 'full';
const operations = Number(process.env.ATRIUM_DIFFERENTIAL_RUNS ?? (isFull ? 5_000 : 150));
// A small run is the same each time, so that a change is judged by itself; a full one looks at new operations.
const seed = Number(process.env.ATRIUM_DIFFERENTIAL_SEED ?? (isFull ? Date.now() % 2 ** 31 : 1));
const numRuns = Math.ceil(operations / graphs.length);
process.stdout.write(`differential: ${numRuns} operations on each of ${graphs.length} graphs, seed ${seed}\n`);

describe.each(graphs)('$name', (graph) => {
  let contest: Contest;
  beforeAll(async () => {
    contest = await prepareContest(graph);
  });

  test('is answered alike by all', async () => {
    const { monolith, plannerFields } = contest.composed;
    const faultSeed = fc.oneof(fc.constant(0), fc.nat({ max: 10_000 }));
    const names = Object.keys(graph.subgraphs);
    const down = fc.oneof(
      { weight: 5, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.subarray(names, { minLength: 1, maxLength: 1 }) },
    );
    const verdicts: Verdict[] = [];
    const property = fc.asyncProperty(
      operationArbitrary(monolith, plannerFields),
      fc.record({ faultSeed, down }),
      async (model, circumstances) => {
        verdicts.push(await judge(contest, writeOperation(monolith, model), circumstances));
      },
    );
    await fc.assert(property, { numRuns, seed, includeErrorInReport: true });
    const count = (of: keyof Verdict) => verdicts.filter((verdict) => verdict[of]).length;
    const excused = `${count('isDeparture')} known departures, ${count('isPlannerFault')} faults of the planner`;
    process.stdout.write(`${graph.name}: ${numRuns} alike, ${count('hasErrors')} with errors; ${excused}\n`);
    expect(verdicts).toHaveLength(numRuns);
    // Were most of it excused, it would say nothing.
    expect(count('isPlannerFault') + count('isDeparture')).toBeLessThan(numRuns / 2);
  }, 600_000);
});
