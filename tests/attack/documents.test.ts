import { describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { branchingUsers, doublingFragments, nestedUsers } from '../support/bombs.ts';
import { type Answer, send } from '../support/graphql-client.ts';
import { nobody } from '../support/input-rows.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();

function ask(query: string, variables: object = {}): Promise<Answer<Record<string, unknown>>> {
  return send(`${system.gatewayUrl}/graphql`, { 'x-api-key': system.apiKey }, query, variables);
}

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const user = (inner: string) => `{ user(id: "${nobody}") { ${inner} } }`;
const introspection = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});
const verify = (name = '') =>
  `${name} verifyPhone(input: { userId: "${nobody}", code: "000000" }) { userErrors { code } }`;
const message = (variables: string) =>
  `mutation { sendMessage(input: { userId: "${nobody}", operation: "WELCOME", variables: ${variables} }) { userErrors { code } } }`;
const pages =
  'query ($n: Int!) { users(first: $n) { edges { node { images(first: $n) { edges { node { id } } } } } } }';

interface Attack {
  what: string;
  attack: [query: string, variables?: object];
  code?: string;
  /** What is much the same and must go on working. */
  harmless?: [query: string, variables?: object];
}

const pastLimits: Attack[] = [
  {
    what: 'a text of more than 32 KB',
    attack: [`{ __typename } # ${'x'.repeat(32_768)}`],
    harmless: [`{ __typename } # ${'x'.repeat(32_000)}`],
  },
  {
    what: 'a text of more than 32 KB that has fewer characters',
    attack: [`{ __typename } # ${'€'.repeat(11_000)}`],
    harmless: [`{ __typename } # ${'€'.repeat(10_000)}`],
  },
  {
    what: 'a list literal without end',
    attack: [message(`{ name: [${'1 '.repeat(1_000)}] }`)],
    harmless: [message(`{ name: [${'1 '.repeat(900)}] }`)],
  },
  { what: 'nesting', attack: [nestedUsers(8)], harmless: [nestedUsers(6)] },
  { what: 'nesting through fragments', attack: [`{ ...A } fragment A on Query ${nestedUsers(8)}`] },
  {
    what: 'nesting of edges and nodes, which count for nothing',
    attack: [user(`${'images { edges { node { edges { '.repeat(12)} id ${'} } } } '.repeat(12)}`)],
  },
  { what: 'nesting of hundreds of levels', attack: [`${'{ a '.repeat(330)} ${'}'.repeat(330)}`] },
  {
    what: 'many aliases of one field',
    attack: [user(times(16, (i) => `a${i}: name`))],
    harmless: [user(times(15, (i) => `a${i}: name`))],
  },
  {
    what: 'aliases that a fragment multiplies',
    attack: [
      `{ user(id: "${nobody}") { avatar { owner { ...A } } images(first: 1) { edges { node { owner { ...A } } } } } } fragment A on User { ${times(8, (i) => `a${i}: name`)} }`,
    ],
  },
  {
    what: 'a batch by root fields',
    attack: [`{ ${times(11, () => '__typename')} }`],
    harmless: [`{ ${times(10, () => '__typename')} }`],
  },
  {
    what: 'a batch by a fragment of root fields',
    attack: [
      `{ ...A ...B } fragment A on Query { ${times(6, () => '__typename')} } fragment B on Query { ${times(6, () => '__typename')} }`,
    ],
  },
  {
    what: 'directives by the dozen',
    attack: [user(times(51, () => 'name @include(if: true)'))],
    harmless: [user(times(50, () => 'name @include(if: true)'))],
  },
  { what: 'unknown directives by the hundred', attack: [`{ __typename ${'@a'.repeat(450)} }`] },
  {
    what: 'directives on variables',
    attack: [`query ($a: ID! ${'@a'.repeat(60)}) { user(id: $a) { id } }`, { a: nobody }],
  },
  {
    what: 'a document of 1 KB whose fragments double 2^18 times',
    attack: [doublingFragments(18)],
    harmless: [doublingFragments(2)],
  },
  {
    what: 'fragments that double and are not used',
    attack: [doublingFragments(18).replace('{ ...F0 }', '{ __typename }')],
  },
  {
    what: 'fragments that branch into thousands of places',
    attack: [branchingUsers(5)],
    harmless: [branchingUsers(2)],
  },
  {
    what: 'the same field again and again, each to be compared with each other',
    attack: [user(times(240, () => 'phoneVerification { status }').slice(0, 9_000))],
    harmless: [user(times(60, () => 'name'))],
  },
  {
    what: 'the same fragment again and again',
    attack: [`${user(times(110, () => '...A'))} fragment A on User { name }`],
  },
  {
    what: 'guesses at a code under many names',
    attack: [`mutation { ${verify()} ${verify('again:')} }`],
    harmless: [`mutation { ${verify()} }`],
  },
  {
    what: 'guesses at a code through fragments',
    attack: [
      `mutation { ...A ...B } fragment A on Mutation { ${verify()} } fragment B on Mutation { ... { ${verify('b:')} } }`,
    ],
  },
  { what: 'pages of pages', attack: [pages, { n: 100 }], harmless: [pages, { n: 10 }] },
  { what: 'pages of pages without variables', attack: [pages.replace('($n: Int!)', '').replaceAll('$n', '100')] },
  { what: 'the longest page there is', attack: ['{ users(first: 2147483647) { edges { node { id } } } }'] },
  {
    what: 'a page that a negative one seems to pay for',
    attack: [
      `{ users(first: -2147483648) { edges { node { id } } } all: users(first: 100) { edges { node { images(first: 100) { edges { node { id } } } } } } }`,
    ],
  },
  {
    what: 'a schema that is asked for too deeply',
    attack: [`{ __schema { types { ${'ofType { '.repeat(20)} name ${'}'.repeat(20)} } } }`],
    harmless: [introspection],
  },
  {
    what: 'the schema many times over',
    attack: [`{ ${times(6, (i) => `s${i}: __schema { queryType { name } }`)} }`],
    harmless: ['{ a: __schema { queryType { name } } b: __type(name: "User") { name } }'],
  },
  {
    what: 'a schema whose fragments double',
    attack: [
      `{ __schema { types { ...F0 } } } ${doublingFragments(18).replace('{ ...F0 }', '').replaceAll('on Query', 'on __Type')}`,
    ],
  },
];

const invalid: Attack[] = [
  {
    what: 'a schema that fans out in circles',
    attack: ['{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }'],
    harmless: ['{ __schema { types { fields { type { name } } } } }'],
  },
  { what: 'a fragment that spreads itself', attack: ['{ ...A } fragment A on Query { ...A }'] },
  {
    what: 'fragments in a circle',
    attack: ['{ ...A } fragment A on Query { ...B __typename } fragment B on Query { user(id: 1) { id } ...A }'],
  },
  {
    what: 'a circle of fragments that nobody uses',
    attack: ['{ __typename } fragment A on User { avatar { owner { ...A } } }'],
  },
  {
    what: 'unused fragments by the hundred',
    attack: [`{ __typename } ${times(130, (i) => `fragment A${i} on Query { __typename }`)}`],
  },
  { what: 'fragments of one name', attack: [`{ ...A } ${times(100, () => 'fragment A on Query { __typename }')}`] },
  { what: 'fields that cannot be merged', attack: [user('a: name a: email')] },
  { what: 'a field with a name of 30 KB', attack: [`{ ${'a'.repeat(30_000)} }`] },
  { what: '@defer', attack: [user('... @defer { name }')] },
  { what: '@stream', attack: ['{ users(first: 1) { edges @stream(initialCount: 0) { cursor } } }'] },
  { what: 'the subgraphs’ entities', attack: ['{ _entities(representations: []) { __typename } }'] },
  { what: 'the subgraphs’ schema', attack: ['{ _service { sdl } }'] },
  { what: 'what is for sister services only', attack: ['{ contacts(userIds: ["1"]) { phoneNumber } }'] },
  {
    what: 'a change that is for sister services only',
    attack: ['mutation { checkPhoneVerification(inputs: []) { accepted } }'],
  },
  { what: 'the prototype as a field', attack: ['{ __proto__ { polluted } }'] },
  { what: 'the constructor as a field', attack: [user('constructor { name } toString')] },
  { what: 'the constructor as a type', attack: ['{ ... on constructor { name } ... on __proto__ { name } }'] },
  { what: 'a variable of a type that is in every object', attack: ['query ($a: toString) { user(id: $a) { id } }'] },
  { what: 'a misspelt field', attack: [user('nam')] },
  { what: 'a misspelt argument', attack: ['{ user(idd: 1) { id } }'] },
  { what: 'a misspelt type', attack: ['{ user(id: 1) { ... on Usr { id } } }'] },
  {
    what: 'a misspelt value of an input',
    attack: ['mutation { sendMessage(input: { userId: 1, operation: "A", chanel: SMS }) { userErrors { code } } }'],
  },
  {
    what: 'a misspelt value of an enum',
    attack: ['mutation { sendMessage(input: { userId: 1, operation: "A", channel: SSM }) { userErrors { code } } }'],
  },
  { what: 'a directive that is the supergraph’s own', attack: [user('name @requiresScopes(scopes: [])')] },
  { what: 'an error in every word', attack: [user(times(900, (i) => `y${i}`))] },
];

const unparsable: Attack[] = [
  { what: 'a NUL character', attack: ['{ __typename \u0000 }'] },
  { what: 'half a surrogate pair', attack: ['{ \ud800 }'] },
  { what: 'no end of braces', attack: ['{'.repeat(900)] },
  { what: 'no end of brackets', attack: [`{ user(id: ${'['.repeat(900)}`] },
  { what: 'a text that does not end', attack: ['{ user(id: "'] },
  { what: 'an escape of nothing', attack: ['{ user(id: "\\u{110000}") { id } }'] },
  { what: 'a schema definition', attack: ['type Query { a: Int } extend type'] },
];

const notServed: Attack[] = [
  { what: 'a subscription', attack: ['subscription { x }'] },
  { what: 'a subscription beside a query', attack: ['query A { __typename } subscription B { x }'] },
];

async function expectRefusal({ attack, harmless }: Attack, code: string): Promise<void> {
  const answer = await ask(...attack);
  expect({
    status: answer.status,
    codes: [...new Set(answer.errors.map(({ extensions }) => extensions.code))],
  }).toEqual({
    status: 400,
    codes: [code],
  });
  expect(answer.data).toBeUndefined();
  expect(answer.text.length).toBeLessThan(40_000);
  for (const { message: told, extensions } of answer.errors) {
    expect(told).not.toMatch(/did you mean/i);
    expect(extensions.requestId).toEqual(expect.any(String));
    // A limit is to be kept, not to be found out.
    if (code === 'QUERY_TOO_COMPLEX') expect(told).not.toMatch(/\d/);
  }
  if (!harmless) return;
  const { status, errors } = await ask(...harmless);
  expect({ status, errors }).toEqual({ status: 200, errors: [] });
}

describe('a document is refused before it costs anything that holds', () => {
  test.each(pastLimits)('$what', (attack) => expectRefusal(attack, 'QUERY_TOO_COMPLEX'));
});

describe('a document that does not fit the schema is refused, and helps nobody to guess, where it holds', () => {
  test.each(invalid)('$what', (attack) => expectRefusal(attack, 'GRAPHQL_VALIDATION_FAILED'));
});

describe('what is no document is refused where it holds', () => {
  test.each(unparsable)('$what', (attack) => expectRefusal(attack, 'GRAPHQL_PARSE_FAILED'));
});

describe('an operation is not served that is', () => {
  test.each(notServed)('$what', (attack) => expectRefusal(attack, 'OPERATION_NOT_ALLOWED'));
});
