import { expect, test } from '@jest/globals';
import { createMutationCheck } from './lane-of.ts';

const isMutation = createMutationCheck();
const body = (query: string, more: object = {}) => JSON.stringify({ query, ...more });

test.each([
  ['the gateway’s own form', body('mutation Create__profile__0($input: X!){createUser(input:$input){id}}')],
  ['after spaces and lines', body('\n  mutation { a }')],
  ['after a comment', body('# query { a }\nmutation { a }')],
  ['after a fragment', body('fragment F on Mutation { a } mutation { ...F }')],
  ['chosen by name', body('query A { a } mutation B { b }', { operationName: 'B' })],
  ['behind other keys', JSON.stringify({ variables: { a: 1 }, query: 'mutation { a }' })],
  ['with escaped letters', '{"query":"\\u006dutation { a }"}'],
])('a mutation is known: %s', (_what, text) => expect(isMutation(text)).toBe(true));

test.each([
  ['a query', body('query A { a }')],
  ['without a keyword', body('{ a }')],
  ['chosen by name', body('query A { a } mutation B { b }', { operationName: 'A' })],
  ['that mentions the word', body('query mutation { a(text: "mutation") }')],
  ['with the word in a variable', body('query A { a }', { variables: { name: 'mutation { a }' } })],
  ['entities', body('query($r:[_Any!]!){_entities(representations:$r){...on User{name}}}')],
  ['what is no JSON', '{"query": mutation'],
  ['nothing', ''],
])('all else counts as a read: %s', (_what, text) => expect(isMutation(text)).toBe(false));
