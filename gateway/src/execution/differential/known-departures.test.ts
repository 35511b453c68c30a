import { afterAll, describe, expect, test } from '@jest/globals';
import { ask, type Contest, prepareContest } from './contest.ts';
import { graphs } from './graphs/index.ts';
import { unexplained } from './judge.ts';
import { type Example, knownDepartures } from './known-departures.ts';
import { differences } from './normalize.ts';
import { readOperation } from './operations/read-operation.ts';
import { plannerFaults } from './planner-faults.ts';

const contests = new Map<string, Promise<Contest>>();
afterAll(() => contests.clear());

function contestOf(name: string): Promise<Contest> {
  const graph = graphs.find((one) => one.name === name);
  if (!graph) throw new Error(`There is no graph ${name}.`);
  const contest = contests.get(name) ?? prepareContest(graph);
  contests.set(name, contest);
  return contest;
}

async function answer({ graph, document, variables, faultSeed = 0, down = [] }: Example) {
  const contest = await contestOf(graph);
  const operation = readOperation(contest.composed.monolith, document, variables);
  const circumstances = { faultSeed, down };
  return { contest, operation, circumstances, answers: await ask(contest, operation, circumstances) };
}

describe('what is known of @apollo/gateway still holds', () => {
  test.each(knownDepartures)('$name', async ({ example, explains }) => {
    const { contest, operation, circumstances, answers } = await answer(example);
    const { apollo, graphql, atrium } = answers;
    if (!apollo) throw new Error('@apollo/gateway does not take part in this graph.');
    const right = graphql ?? atrium;
    const { composed } = contest;
    const explained = differences(right, apollo).filter((difference) =>
      explains({ difference, operation, circumstances, apollo, right, composed }),
    );
    expect(explained).not.toEqual([]);
    // Ours does not share it.
    expect(unexplained(composed, operation, circumstances, answers)).toEqual([]);
  });
});

describe('what is known of the planner still holds', () => {
  test.each(plannerFaults)('$name', async ({ example, meets }) => {
    const { contest, operation, circumstances, answers } = await answer(example);
    if (!answers.graphql) throw new Error('graphql-js does not decide this.');
    expect(meets(operation, contest.composed, circumstances)).toBe(true);
    expect(differences(answers.graphql, answers.atrium)).not.toEqual([]);
  });
});
