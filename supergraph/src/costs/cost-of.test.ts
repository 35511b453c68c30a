import { describe, expect, test } from '@jest/globals';
import { buildSchema, type GraphQLSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { costOf } from './cost-of.ts';
import { readCosts } from './read-costs.ts';

const sdl = `
  schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize"]) { query: Query mutation: Mutation }
  directive @link(url: String, as: String, import: [String]) repeatable on SCHEMA
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  type Query {
    leaf: Int
    dearLeaf: Int @cost(weight: 7)
    one: Thing
    dearOne: Thing @cost(weight: 5)
    gem: Gem
    grade: Grade
    measure: Measure
    many: [Thing]
    matrix: [[Thing!]!]!
    assumed: [Thing] @listSize(assumedSize: 3)
    slice(first: Int, last: Int): [Thing] @listSize(slicingArguments: ["first", "last"])
    free(first: Int = 4): [Thing] @listSize(slicingArguments: ["first"], assumedSize: 6, requireOneSlicingArgument: false)
    either(first: Int, last: Int): [Thing] @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
    page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["edges"], assumedSize: 20, requireOneSlicingArgument: false)
    ask(plain: Int, dear: Int @cost(weight: 9), input: In, inputs: [In!], grade: Grade): Int
    being: Being
    any: Any
  }
  type Mutation { change(input: In!): Thing @cost(weight: 10) }
  type Thing { leaf: Int one: Thing page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["edges"]) }
  type Page { edges: [Edge!]! total: Int others: [Thing] }
  type Edge { node: Thing }
  type Gem @cost(weight: 8) { leaf: Int }
  enum Grade @cost(weight: 2) { A }
  scalar Measure @cost(weight: 3)
  input In { plain: Int dear: Int @cost(weight: 11) inner: In measure: Measure }
  interface Being { name: String }
  type Cat implements Being { name: String @cost(weight: 6) }
  type Dog implements Being { name: String @cost(weight: 4) }
  union Any = Cat | Thing`;

const schema = buildSchema(sdl);
const costs = readCosts(sdl);

function cost(text: string, given: Record<string, unknown> = {}, on: GraphQLSchema = schema, of = costs): number {
  const document = parse(text);
  expect(validate(on, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const { coerced } = getVariableValues(on, operation.variableDefinitions ?? [], given);
  return costOf(operation, document, on, { costs: of, listSize: 10 })(coerced ?? {});
}

const tables: Record<string, [text: string, cost: number, variables?: Record<string, unknown>][]> = {
  'by kind and weight': [
    ['{ leaf __typename }', 0],
    ['{ dearLeaf a: dearLeaf }', 14],
    ['{ one { leaf one { leaf } } }', 2],
    ['{ dearOne { leaf } }', 5],
    ['{ gem { leaf } }', 8],
    ['{ grade measure }', 5],
    ['mutation { change(input: {}) { leaf } }', 21],
    ['{ __schema { types { fields { name } } } __type(name: "In") { name } }', 0],
  ],
  'of lists': [
    ['{ many { leaf } }', 10],
    ['{ many { one { leaf } } }', 20],
    ['{ matrix { leaf } }', 100],
    ['{ assumed { one { leaf } } }', 6],
    ['{ slice(first: 5) { leaf } }', 5],
    ['{ slice(last: 7) { one { leaf } } }', 14],
    ['{ free { leaf } }', 4],
    ['{ free(first: null) { leaf } }', 6],
    ['{ free(first: 2) { leaf } }', 2],
    ['{ either(first: 7, last: 2) { leaf } }', 7],
    ['{ either { leaf } }', 10],
    ['{ page { edges { node { leaf } } total others { leaf } } }', 1 + 20 * 2 + 10],
    ['{ page(first: 3) { edges { node { leaf } } } }', 1 + 3 * 2],
    [
      '{ page(first: 3) { ...F ... { a: edges { node { leaf } } } } } fragment F on Page { edges { node { leaf } } }',
      13,
    ],
    [
      '{ one { page(first: 2) { edges { node { page(first: 2) { edges { node { leaf } } } } } } } }',
      1 + 1 + 2 * (2 + 1 + 4),
    ],
  ],
  'of lists by variables': [
    ['query ($n: Int) { page(first: $n) { edges { node { leaf } } } }', 7, { n: 3 }],
    ['query ($n: Int) { page(first: $n) { edges { node { leaf } } } }', 41, { n: null }],
    ['query ($n: Int) { page(first: $n) { edges { node { leaf } } } }', 41, {}],
    ['query ($n: Int = 5) { page(first: $n) { edges { node { leaf } } } }', 11, {}],
    ['query ($n: Int) { free(first: $n) { leaf } }', 4, {}],
    ['query ($n: Int) { free(first: $n) { leaf } }', 6, { n: null }],
    ['query ($n: Int) { a: page(first: $n) { edges { cursor: __typename } } many { leaf } }', 13, { n: 2 }],
  ],
  'of lists without a size that must have one': [
    ['{ slice { leaf } }', Number.POSITIVE_INFINITY],
    ['{ slice(first: 1, last: 1) { leaf } }', Number.POSITIVE_INFINITY],
    ['query ($n: Int) { slice(first: $n) { leaf } }', Number.POSITIVE_INFINITY, {}],
    ['query ($n: Int) { slice(first: $n) { leaf } }', 1, { n: 1 }],
    ['query ($n: Int, $x: Boolean!) { slice(first: $n) @include(if: $x) { leaf } dearLeaf }', 7, { x: false }],
  ],
  'of lists of less than nothing': [
    ['{ page(first: -1000000) { edges { node { leaf } } } dearLeaf }', 8],
    ['query ($n: Int) { page(first: $n) { edges { node { leaf } } } dearLeaf }', 8, { n: -1_000_000 }],
  ],
  'of arguments': [
    ['{ ask(plain: 1) }', 0],
    ['{ ask(dear: 1) }', 9],
    ['{ ask(dear: null) }', 0],
    ['{ ask(grade: A) }', 2],
    ['{ ask(input: {}) }', 1],
    ['{ ask(input: { plain: 1, dear: 2, measure: 3, inner: { dear: 1 } }) }', 1 + 11 + 3 + 1 + 11],
    ['{ ask(inputs: [{}, { dear: 1 }, {}]) }', 14],
    ['query ($i: In, $l: [In!], $d: Int, $g: Grade) { ask(input: $i, inputs: $l, dear: $d, grade: $g) }', 0, {}],
    ['query ($i: In) { ask(input: $i) }', 27, { i: { plain: 1, dear: 2, measure: 3, inner: { dear: 1 } } }],
    ['query ($l: [In!]) { ask(inputs: $l) }', 14, { l: [{}, { dear: 1 }, {}] }],
    ['query ($d: Int) { ask(input: { dear: $d }) }', 12, { d: 1 }],
  ],
  'by conditions': [
    ['{ dearLeaf @skip(if: true) }', 0],
    ['{ dearLeaf @include(if: false) @skip(if: false) }', 0],
    ['{ ... @include(if: false) { dearLeaf } ...F @skip(if: false) } fragment F on Query { dearLeaf }', 7],
    ['query ($x: Boolean!) { dearLeaf @skip(if: $x) one @include(if: $x) { leaf } }', 1, { x: true }],
    ['query ($x: Boolean!) { dearLeaf @skip(if: $x) one @include(if: $x) { leaf } }', 7, { x: false }],
  ],
  'of abstract types, as of the dearest type behind them': [
    ['{ being { name } }', 7],
    ['{ being { ... on Dog { name } } }', 5],
    ['{ any { ... on Cat { name } ... on Thing { one { leaf } } } }', 8],
  ],
};

describe.each(Object.entries(tables))('the cost of an operation %s', (_what, rows) => {
  test.each(rows)('%s is %d with %j', (text, expected, variables = {}) => {
    expect(cost(text, variables)).toBe(expected);
  });
});

test('directives are known by whatever name they are linked under', () => {
  const renamed = sdl
    .replace('import: ["@listSize"]', 'as: "price", import: [{ name: "@listSize", as: "@length" }]')
    .replaceAll('@cost(', '@price(')
    .replaceAll('@listSize(', '@length(')
    .replace('import: [String]', 'import: [Import]')
    .concat(' scalar Import');
  const of = readCosts(renamed);
  expect(cost('{ dearLeaf assumed { leaf } }', {}, buildSchema(renamed), of)).toBe(10);
});
