import { expect, test } from '@jest/globals';
import { getOperationAST, parse } from 'graphql';
import { chargeOf } from './charge-of.ts';

const users = (count: number) => Array.from({ length: count }, () => ({ name: 'x' }));
const literal = (count: number) => `[${'{ name: "x" } '.repeat(count)}]`;

test.each<[text: string, charge: number, variables?: Record<string, unknown>]>([
  ['{ createUsers(input: { users: [1, 2, 3] }) }', 1],
  ['mutation { createUser(input: {}) { id } }', 1],
  ['mutation { createUsers(input: { users: [] }) { id } }', 1],
  [`mutation { createUsers(input: { users: ${literal(7)} }) { id } }`, 7],
  [
    `mutation { a: createUsers(input: { users: ${literal(2)} }) { id } ...F } fragment F on M { ... { createUsers(input: { users: ${literal(3)} }) { id } } }`,
    5,
  ],
  ['mutation ($i: In!) { createUsers(input: $i) { id } }', 100, { i: { users: users(100) } }],
  ['mutation ($i: In!) { createUsers(input: $i) { id } }', 1, { i: {} }],
  ['mutation ($i: In!) { createUsers(input: $i) { id } }', 1, {}],
  ['mutation ($u: [U!]!) { createUsers(input: { users: $u }) { id } }', 4, { u: users(4) }],
  ['mutation ($u: U!) { createUsers(input: { users: [$u, $u] }) { id } }', 2, { u: {} }],
  [
    'mutation ($u: [U!]!, $x: Boolean!) { createUsers(input: { users: $u }) @skip(if: $x) { id } }',
    1,
    { u: users(4), x: true },
  ],
  [
    'mutation ($u: [U!]!, $x: Boolean!) { createUsers(input: { users: $u }) @skip(if: $x) { id } }',
    4,
    { u: users(4), x: false },
  ],
])('%s counts as %d requests with %j', (text, charge, variables = {}) => {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  expect(chargeOf(operation, document, ['createUsers.input.users'])(variables)).toBe(charge);
});
