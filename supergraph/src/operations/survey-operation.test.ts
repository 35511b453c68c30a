import { expect, test } from '@jest/globals';
import { compose } from '../compose.ts';
import { readCosts } from '../costs/index.ts';
import { graphWith, operations } from '../fixtures/graph.ts';
import { createPlanner } from '../plans/planner.ts';
import { readRequirements } from '../scopes/requirements.ts';
import { readDocuments } from '../use/read-documents.ts';
import { surveyOperation } from './survey-operation.ts';

const { supergraphSdl, apiSchema } = compose(graphWith());
const graph = {
  schema: apiSchema(),
  plan: createPlanner(supergraphSdl),
  costs: readCosts(supergraphSdl),
  requirements: readRequirements(supergraphSdl),
  listSize: 10,
};

function survey(name: string) {
  const operation = operations.find((each) => each.name === name);
  if (!operation) throw new Error(`There is no operation ${name}.`);
  return surveyOperation(operation, graph);
}

test('an operation needs the subgraphs of its plan, each as often as it is asked', () => {
  // From people to pictures by the e-mail address, and to posts by the id, which is handed the name.
  expect(survey('Person').subgraphs).toEqual({ people: 1, posts: 1, pictures: 1 });
  expect(survey('People').subgraphs).toEqual({ people: 1 });
});

test('it needs the scopes of all that it selects, in the fewest ways', () => {
  // What people:hint shows is shown by people:secret too, and the secret is asked for as well.
  expect(survey('Person').scopes).toEqual([['people:secret']]);
  expect(survey('People').scopes).toEqual([[]]);
});

test('cost and depth are those that the gateway judges by', () => {
  expect(survey('Person')).toMatchObject({ cost: 1 + 1 + 10, depth: 3 });
});

test('a fragment may stand in another file', () => {
  const [operation] = readDocuments([
    { file: 'a.graphql', text: 'query A { people { ...Name } }' },
    { file: 'b.graphql', text: 'fragment Name on Person { name ...Deep } fragment Deep on Person { home { city } }' },
  ]);
  if (!operation) throw new Error('no operation');
  expect(surveyOperation(operation, graph)).toMatchObject({ depth: 3, cost: 20 });
});
