import { describe, expect, test } from '@jest/globals';
import { Kind, parse } from 'graphql';
import type { Operation } from './answers.ts';
import { ask, prepareContest } from './contest.ts';
import { graphs } from './graphs/index.ts';
import { knownDepartures } from './known-departures.ts';
import { differences } from './normalize.ts';

describe('a departure of @apollo/gateway that is on the list', () => {
  test.each(knownDepartures)('is still one: $name', async ({ explains, example }) => {
    const graph = graphs.find(({ name }) => name === example.graph);
    if (!graph) throw new Error(`There is no graph ${example.graph}.`);
    const contest = await prepareContest(graph);
    const document = parse(example.document);
    const definition = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const operation: Operation = {
      text: example.document,
      document,
      definition: definition as Operation['definition'],
      variables: example.variables ?? {},
    };
    const { faultSeed = 0, down = [] } = example;
    const { graphql, apollo, atrium } = await ask(contest, operation, { faultSeed, down });
    if (!apollo) throw new Error('@apollo/gateway does not load this graph.');
    const right = graphql ?? atrium;
    const theirs = differences(right, apollo);
    expect(theirs).not.toEqual([]);
    expect(theirs.every((difference) => explains(difference, operation, apollo, right, contest.composed))).toBe(true);
    if (graphql) expect(differences(graphql, atrium)).toEqual([]);
  });
});
