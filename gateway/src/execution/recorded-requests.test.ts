import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { readContracts } from '@atrium/service-kit/contract-file';
import { composeConfiguration } from '@atrium/supergraph';
import { expect, test } from '@jest/globals';
import { getOperationAST, parse } from 'graphql';
import { PlanKeys } from './plan/plan-keys.ts';
import { prepareOperation } from './plan/prepare-operation.ts';
import { createPlanner } from './planner.ts';

const root = join(import.meta.dirname, '../../..');
const { supergraphSdl } = await composeConfiguration(join(root, 'supergraph.yaml'));
const planner = createPlanner(supergraphSdl);

/** The requests of an operation, as the executor sends them: to whom, and which document. */
function requestsOf(source: string): string[] {
  const document = parse(source);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation.');
  const keys = new PlanKeys(planner.names);
  return fetchesIn(planner.plan(prepareOperation(document, operation, planner.schema, keys)).node);
}

function fetchesIn(node: QueryPlan['node'] | PlanNode): string[] {
  if (node?.kind === 'Fetch') return [`${node.serviceName}: ${node.operation}`];
  if (node?.kind === 'Flatten') return fetchesIn(node.node);
  if (node?.kind === 'Parallel' || node?.kind === 'Sequence') return node.nodes.flatMap(fetchesIn);
  throw new Error(`The operations of the repository are planned without ${node?.kind}.`);
}

test('what contracts record is what the gateway sends for the operations of the repository, to the letter', () => {
  const files = readdirSync(join(root, 'operations')).filter((name) => name.endsWith('.graphql'));
  const sent = files.flatMap((name) => requestsOf(readFileSync(join(root, 'operations', name), 'utf8')));
  const recorded = ['profile', 'image', 'messaging'].flatMap((name) => {
    const gateway = readContracts(join(root, 'subgraphs', name)).find(({ consumer }) => consumer === 'gateway');
    return gateway?.requests.map(({ document }) => `${name}: ${document}`) ?? [];
  });
  expect(sent.length).toBeGreaterThan(30);
  expect(recorded.toSorted()).toEqual(sent.toSorted());
});
