import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { concerns } from './dev.ts';
import { repositoryRoot, serviceNames } from './repository.ts';

const concerned = (path: string): string[] => serviceNames.filter((name) => concerns(join(repositoryRoot, path), name));

test('a change restarts the services it belongs to; the gateway takes a new supergraph as it runs', () => {
  expect(concerned('subgraphs/image/src/main.ts')).toEqual(['image']);
  expect(concerned('gateway/src/main.ts')).toEqual(['gateway']);
  expect(concerned('service-kit/src/run.ts')).toEqual([...serviceNames]);
  expect(concerned('subgraphs/profile/schema.graphql')).toEqual(['profile']);
  expect(concerned('supergraph.yaml')).toEqual([]);
});
