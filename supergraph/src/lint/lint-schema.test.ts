import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readConfiguration } from '../configuration.ts';
import { lintSchema } from './lint-schema.ts';
import { rules } from './rules/index.ts';

const header = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@inaccessible", "@requiresScopes", "@listSize"])
`;
const today = '2026-11-24';

function lint(sdl: string): string[] {
  return lintSchema({ sdl: header + sdl, file: 'schema.graphql' }, today).map(({ rule }) => rule);
}

const payload = 'type DoItPayload { "d" userErrors: [UserError!]! } type Query { "d" it: Int }';

const cases: [rule: string, wrong: string, right: string][] = [
  ['description-missing', '"d" type A { name: Int }', '"d" type A { "d" name: Int id: ID! }'],
  ['description-missing', '"d" enum A { B }', '"d" enum A { "d" B }'],
  ['description-missing', 'input A { "d" b: Int }', '"d" input A { "d" b: Int }'],
  ['description-missing', 'type Query { "d" a(b: Int): Int }', 'type Query { "d" a("d" b: Int): Int }'],
  ['scalar-example-missing', '"A day." scalar Day', '"A day: `2026-11-24`." scalar Day'],
  ['name-form', '"d" type a_b { id: ID! }', '"d" type Ab { id: ID! }'],
  ['name-form', '"d" type A { "d" Name: Int }', '"d" type A { "d" name: Int }'],
  ['name-form', '"d" enum A { "d" small }', '"d" enum A { "d" SMALL_ONE }'],
  ['query-verb', 'type Query { "d" getUser: Int }', 'type Query { "d" user: Int, "d" listing: Int }'],
  [
    'foreign-id',
    '"d" type A { "d" bId: ID } "d" type B { id: ID! }',
    '"d" type A { "d" deletedBId: ID } "d" type B { id: ID! }',
  ],
  ['remote-nonnull', 'type Query { "d" a: Int! }', 'type Query { "d" a: Int }'],
  [
    'remote-nonnull',
    '"d" type A { "d" b: Int! @requiresScopes(scopes: [["x"]]) }',
    '"d" type A { "d" b: Int @requiresScopes(scopes: [["x"]]) }',
  ],
  [
    'remote-nonnull',
    '"d" type A { "d" b: B! } "d" type B @key(fields: "id", resolvable: false) { id: ID! }',
    '"d" type A { "d" b: B } "d" type B @key(fields: "id", resolvable: false) { id: ID! }',
  ],
  ['id-nullable', '"d" type A { id: ID }', '"d" type A { id: ID! }'],
  ['list-item-nullable', '"d" type A { "d" b: [Int] }', '"d" type A { "d" b: [Int!] }'],
  [
    'list-unbounded',
    'type Query { "d" a: [A!] } "d" type A { id: ID! }',
    'type Query { "d" a: [A!] @listSize(assumedSize: 5) } "d" type A { id: ID! }',
  ],
  [
    'connection-shape',
    '"d" type AConnection { edges: [AEdge!] pageInfo: PageInfo! } "d" type AEdge { node: Int "d" cursor: String! }',
    '"d" type AConnection { edges: [AEdge!]! pageInfo: PageInfo! } "d" type AEdge { node: Int "d" cursor: String! }',
  ],
  [
    'connection-arguments',
    '"d" type A { "d" b("d" first: Int): BConnection }',
    '"d" type A { "d" b("d" first: Int, "d" after: String): BConnection @listSize(slicingArguments: ["first"], sizedFields: ["edges"]) }',
  ],
  [
    'mutation-input',
    `${payload} type Mutation { "d" doIt("d" a: Int): DoItPayload }`,
    `${payload} type Mutation { "d" doIt(input: DoItInput!): DoItPayload }`,
  ],
  [
    'mutation-payload',
    `${payload} type Mutation { "d" doIt(input: DoItInput!): Int }`,
    `${payload} type Mutation { "d" doIt(input: DoItInput!): DoItPayload }`,
  ],
  [
    'mutation-payload',
    'type DoItPayload { "d" a: Int } type Mutation { "d" doIt(input: DoItInput!): DoItPayload }',
    'type DoItPayload { "d" results: [R!]! } "d" type R { "d" userErrors: [UserError!]! } type Mutation { "d" doIt(input: DoItInput!): DoItPayload }',
  ],
  [
    'deprecation-incomplete',
    '"d" type A { "d" b: Int @deprecated }',
    '"d" type A { "d" b: Int @deprecated(reason: "Use `c` until 2027-01-01.") }',
  ],
  [
    'deprecation-over',
    '"d" type A { "d" b: Int @deprecated(reason: "Use `c` until 2026-11-23.") }',
    '"d" type A { "d" b: Int @deprecated(reason: "Use `c` until 2026-11-24.") }',
  ],
  ['key-large', '"d" type A @key(fields: "id b { c }") { id: ID! }', '"d" type A @key(fields: "id b") { id: ID! }'],
  [
    'key-large',
    '"d" type A @key(fields: "id") @key(fields: "a b c") { id: ID! }',
    '"d" type A @key(fields: "id") @key(fields: "a b") { id: ID! }',
  ],
];

test.each(cases)('%s is told of %s and not of %s', (rule, wrong, right) => {
  expect(lint(wrong)).toEqual([rule]);
  expect(lint(right)).toEqual([]);
});

test('every rule has such a case', () => {
  expect(rules.map(({ id }) => id).filter((id) => !cases.some(([rule]) => rule === id))).toEqual([]);
});

test('what only services see is held to its names and keys alone', () => {
  expect(lint('type Query { a(ids: [ID]): [A]! @inaccessible } type A @inaccessible { aId: ID }')).toEqual([]);
  expect(lint('type Query { A_b: Int @inaccessible }')).toEqual(['name-form']);
});

test('directives are known by the names that a schema gives them', () => {
  const renamed = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: [{ name: "@inaccessible", as: "@internal" }])
    type Query { a: Int @internal }`;
  expect(lintSchema({ sdl: renamed, file: 'schema.graphql' }, today)).toEqual([]);
});

describe('a comment above an element', () => {
  const wrong = 'type A { id: ID }';
  test('switches a rule off for it and what is in it', () => {
    expect(lint(`# lint-off id-nullable, description-missing: an old table without keys\n${wrong}`)).toEqual([]);
  });
  test('does not without a reason', () => {
    expect(lint(`# lint-off id-nullable\n"d" ${wrong}`)).toEqual(['id-nullable', 'switch-without-reason']);
  });
  test('is told where it names no rule, or a rule that finds nothing', () => {
    expect(lint('# lint-off nonsense: why\n"d" type A { id: ID! }')).toEqual(['switch-unknown']);
    expect(lint('# lint-off id-nullable: why\n"d" type A { id: ID! }')).toEqual(['switch-unused']);
  });
});

test('the committed schemas keep every rule', async () => {
  const subgraphs = await readConfiguration(resolve(import.meta.dirname, '../../../supergraph.yaml'));
  // On a fixed day: that a deprecation is over is for lint to say, not for a test that did not change.
  const found = subgraphs.flatMap((subgraph) => lintSchema(subgraph, today));
  expect(found.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
});
