import { expect, test } from '@jest/globals';
import { compose } from './compose.ts';
import { CompositionFault } from './faults.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@shareable"])\n`;

function subgraph(name: string, sdl: string) {
  return { name, routingUrl: `http://localhost/${name}`, file: `${name}/schema.graphql`, sdl: link + sdl };
}

function faultsOf(subgraphs: Parameters<typeof compose>[0]) {
  try {
    compose(subgraphs);
  } catch (error) {
    if (error instanceof CompositionFault) return error.faults;
  }
  return [];
}

test('subgraphs that share an entity compose into one graph', () => {
  const { supergraphSdl } = compose([
    subgraph('a', 'type Query { user: User } type User @key(fields: "id") { id: ID! name: String }'),
    subgraph('b', 'type User @key(fields: "id") { id: ID! avatar: String }'),
  ]);
  expect(supergraphSdl).toMatch(/avatar: String @join__field\(graph: B\)/);
});

test('a syntax error is told with file, line and column', () => {
  expect(faultsOf([subgraph('a', 'type Query {\n  user User\n}')])).toMatchObject([
    { file: 'a/schema.graphql', line: 3, column: 8, code: 'GRAPHQL_PARSE_FAILED' },
  ]);
});

test('a field that two subgraphs own is told with the place in each', () => {
  const faults = faultsOf([
    subgraph('a', 'type Query { user: User }\ntype User @key(fields: "id") { id: ID! name: String }'),
    subgraph('b', '\ntype User @key(fields: "id") { id: ID! name: String }'),
  ]);
  expect(faults).toMatchObject([
    { file: 'a/schema.graphql', line: 3, code: 'INVALID_FIELD_SHARING' },
    { file: 'b/schema.graphql', line: 3, code: 'INVALID_FIELD_SHARING' },
  ]);
});

test('an unknown directive is told with file and line', () => {
  expect(faultsOf([subgraph('a', 'type Query {\n  user: String @nonsense\n}')])).toMatchObject([
    { file: 'a/schema.graphql', line: 3 },
  ]);
});
