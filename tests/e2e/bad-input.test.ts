import { describe, expect, test } from '@jest/globals';
import {
  buildClientSchema,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql';
import { openAtrium } from '../support/atrium.ts';
import { errorCodes } from '../support/codes.ts';
import { type Answer, dataOf, post, send } from '../support/graphql-client.ts';
import { hostileVariants } from '../support/hostile-values.ts';
import { operation } from '../support/operations.ts';
import { newPerson, newPhoneNumber } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const { id: userId } = await atrium.newUser(newPerson('Asha Rao'));
const nobody = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';
const nul = 'a\u0000b';

const schema = buildClientSchema(
  dataOf(await send<IntrospectionQuery>(atrium.url, atrium.headers, getIntrospectionQuery())),
);
const userErrorCodes = new Set(
  (schema.getType('UserErrorCode') as GraphQLEnumType).getValues().map(({ name }) => name),
);

type Payloads = Record<string, { userErrors?: { code: string; field: string[] | null; message: string }[] } | null>;

/** All that an answer complains about: the userErrors of its payloads and the codes of its errors. */
function complaintsOf({ data, errors }: Answer<Payloads>): string[] {
  const userErrors = Object.values(data ?? {}).flatMap((payload) => payload?.userErrors ?? []);
  return [
    ...userErrors.map(({ code, field }) => `${code} ${field?.join('.') ?? ''}`.trim()),
    ...errors.map(({ extensions }) => extensions.code),
  ];
}

function ask(name: string, variables: object): Promise<Answer<Payloads>> {
  return atrium.query<Payloads>(operation(name), variables);
}

/** Each operation with variables that are in order, and what is wrong with others. */
const create = () => ({
  ...newPerson(),
  location: 'Pune',
  email: 'asha@example.com',
  locale: 'hi',
  idempotencyKey: crypto.randomUUID(),
});
const base64 = Buffer.from('not a picture').toString('base64');

const table: Record<string, { good: () => Record<string, unknown>; bad: [change: object, complaint: string][] }> = {
  'create-user': {
    good: create,
    bad: [
      [{ name: undefined }, 'BAD_USER_INPUT'],
      [{ name: null }, 'BAD_USER_INPUT'],
      [{ name: 7 }, 'BAD_USER_INPUT'],
      [{ name: '' }, 'REQUIRED input.name'],
      [{ name: ' \t ' }, 'REQUIRED input.name'],
      [{ name: 'x'.repeat(101) }, 'TOO_LONG input.name'],
      [{ name: nul }, 'INVALID_FORMAT input.name'],
      [{ phoneNumber: nul }, 'INVALID_FORMAT input.phoneNumber'],
      [{ country: '' }, 'REQUIRED input.country'],
      [{ country: 'India' }, 'COUNTRY_UNKNOWN input.country'],
      [{ country: nul }, 'COUNTRY_UNKNOWN input.country'],
      [{ location: 'x'.repeat(101) }, 'TOO_LONG input.location'],
      [{ location: nul }, 'INVALID_FORMAT input.location'],
      [{ email: 'nobody' }, 'EMAIL_INVALID input.email'],
      [{ email: `${nul}@example.com` }, 'EMAIL_INVALID input.email'],
      [{ locale: 'no language' }, 'LOCALE_INVALID input.locale'],
      [{ locale: nul }, 'LOCALE_INVALID input.locale'],
      [{ idempotencyKey: 'x'.repeat(201) }, 'TOO_LONG input.idempotencyKey'],
      [{ idempotencyKey: '' }, 'REQUIRED input.idempotencyKey'],
      [{ idempotencyKey: nul }, 'INVALID_FORMAT input.idempotencyKey'],
      [{ somethingElse: 1 }, 'BAD_USER_INPUT'],
    ],
  },
  'update-user': {
    good: () => ({ id: userId, name: 'Asha Rao', location: 'Pune', expectedVersion: null }),
    bad: [
      [{ id: nobody }, 'NOT_FOUND input.id'],
      [{ id: 'no id' }, 'NOT_FOUND input.id'],
      [{ id: nul }, 'NOT_FOUND input.id'],
      [{ id: null }, 'BAD_USER_INPUT'],
      [{ name: null }, 'REQUIRED input.name'],
      [{ name: '' }, 'REQUIRED input.name'],
      [{ name: 'x'.repeat(101) }, 'TOO_LONG input.name'],
      [{ country: null }, 'REQUIRED input.country'],
      [{ country: 'XZ' }, 'COUNTRY_UNKNOWN input.country'],
      [{ email: 'nobody' }, 'EMAIL_INVALID input.email'],
      [{ locale: '!' }, 'LOCALE_INVALID input.locale'],
      [{ expectedVersion: 1_000 }, 'VERSION_CONFLICT input.expectedVersion'],
      [{ expectedVersion: 2 ** 40 }, 'BAD_USER_INPUT'],
      [{ expectedVersion: 'one' }, 'BAD_USER_INPUT'],
    ],
  },
  'verify-phone': {
    good: () => ({ userId, code: '000000' }),
    bad: [
      [{ userId: nobody }, 'NOT_FOUND input.userId'],
      [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
      [{ userId: nul }, 'NOT_FOUND input.userId'],
      [{ code: '' }, 'REQUIRED input.code'],
      [{ code: 'abcdef' }, 'INVALID_FORMAT input.code'],
      [{ code: '1'.repeat(1_000) }, 'INVALID_FORMAT input.code'],
      [{ code: nul }, 'INVALID_FORMAT input.code'],
      [{ code: null }, 'BAD_USER_INPUT'],
    ],
  },
  'delete-user': {
    good: () => ({ id: nobody }),
    bad: [
      [{ id: nobody }, 'NOT_FOUND input.id'],
      [{ id: 'no id' }, 'NOT_FOUND input.id'],
      [{ id: nul }, 'NOT_FOUND input.id'],
      [{ id: undefined }, 'BAD_USER_INPUT'],
      [{ id: userId, expectedVersion: 1_000 }, 'VERSION_CONFLICT input.expectedVersion'],
    ],
  },
  'upload-image': {
    good: () => ({ userId, base64 }),
    bad: [
      [{ userId: nobody }, 'NOT_FOUND input.userId'],
      [{ userId: nul }, 'NOT_FOUND input.userId'],
      [{ base64: '' }, 'REQUIRED input.base64'],
      [{ base64: '***' }, 'INVALID_FORMAT input.base64'],
      [{ base64: null }, 'EXACTLY_ONE_REQUIRED input'],
      [{ url: 'https://example.com/a.jpg' }, 'EXACTLY_ONE_REQUIRED input'],
      [{ file: 'a text' }, 'BAD_USER_INPUT'],
      [{ base64: undefined, url: '' }, 'REQUIRED input.url'],
      [{ base64: undefined, url: nul }, 'INVALID_FORMAT input.url'],
      [{ alt: 'x'.repeat(1_001) }, 'TOO_LONG input.alt'],
      [{ alt: nul }, 'INVALID_FORMAT input.alt'],
      [{ idempotencyKey: 'x'.repeat(201) }, 'TOO_LONG input.idempotencyKey'],
      [{ idempotencyKey: nul }, 'INVALID_FORMAT input.idempotencyKey'],
    ],
  },
  'set-avatar': {
    good: () => ({ userId, imageId: null }),
    bad: [
      [{ userId: nobody }, 'NOT_FOUND input.userId'],
      [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
      [{ imageId: nobody }, 'NOT_FOUND input.imageId'],
      [{ imageId: 'no id' }, 'NOT_FOUND input.imageId'],
      [{ imageId: nul }, 'NOT_FOUND input.imageId'],
    ],
  },
  'send-message': {
    good: () => ({ userId, operation: 'WELCOME', channel: 'SMS', locale: 'en', variables: { name: 'Asha' } }),
    bad: [
      [{ userId: nobody }, 'NOT_FOUND input.userId'],
      [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
      [{ operation: '' }, 'REQUIRED input.operation'],
      [{ operation: 'GREETING_FROM_MARS' }, 'TEMPLATE_UNKNOWN input.operation'],
      [{ operation: nul }, 'TEMPLATE_UNKNOWN input.operation'],
      [{ operation: 'PHONE_VERIFICATION' }, 'OPERATION_CARRIES_CODE input.operation'],
      [{ channel: 'PIGEON' }, 'BAD_USER_INPUT'],
      [{ phoneNumber: '12345' }, 'PHONE_NUMBER_INVALID input.phoneNumber'],
      [{ phoneNumber: '' }, 'REQUIRED input.phoneNumber'],
      [{ channel: null, email: 'nobody' }, 'EMAIL_INVALID input.email'],
      [{ channel: null, phoneNumber: newPhoneNumber(), email: 'asha@example.com' }, 'EXACTLY_ONE_REQUIRED input'],
      [{ locale: 'no language' }, 'LOCALE_INVALID input.locale'],
      [{ variables: { planet: 'Mars' } }, 'VARIABLE_UNKNOWN input.variables'],
      [{ variables: 'Mars' }, 'INVALID_FORMAT input.variables'],
      [{ variables: { name: nul } }, 'INVALID_FORMAT input.variables'],
      [{ idempotencyKey: 'x'.repeat(201) }, 'TOO_LONG input.idempotencyKey'],
    ],
  },
};

/** Where two entries name a place differently by design, only the code counts. */
function withoutPlace(complaint: string): string {
  return complaint.startsWith('EXACTLY_ONE_REQUIRED') || complaint.includes('input.variables')
    ? (complaint.split(' ', 1)[0] ?? '')
    : complaint;
}

describe.each(Object.entries(table))('%s', (name, { good, bad }) => {
  test('every bad input gets the code that says what to mend', async () => {
    const outcomes = await Promise.all(
      bad.map(async ([change, complaint]) => {
        const answer = await ask(name, { input: { ...good(), ...change } });
        return {
          change: shown(change),
          expected: withoutPlace(complaint),
          complaints: complaintsOf(answer).map(withoutPlace),
        };
      }),
    );
    expect(outcomes.filter(({ complaints, expected }) => !complaints.includes(expected))).toEqual([]);
  });

  test('no input at all is a fault of the request', async () => {
    for (const variables of [{}, { input: null }, { input: [] }, { input: 'text' }, { input: {} }]) {
      const answer = await ask(name, variables);
      expect(answer.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

/** Every field of the input that an operation takes, those included that the table leaves out. */
function fieldsOf(name: string): string[] {
  const type = /\$input: (\w+)!/.exec(operation(name))?.[1] ?? '';
  return Object.keys((schema.getType(type) as GraphQLInputObjectType).getFields());
}

function shown(change: object): string {
  return JSON.stringify(change, (_, value) => (value === undefined ? 'absent' : value)).slice(0, 80);
}

test('all that is wrong with an input is told at once', async () => {
  const answer = await ask('create-user', {
    input: { name: '', phoneNumber: '', country: '', email: 'x', locale: '!' },
  });
  expect(complaintsOf(answer).sort()).toEqual([
    'EMAIL_INVALID input.email',
    'LOCALE_INVALID input.locale',
    'REQUIRED input.country',
    'REQUIRED input.name',
    'REQUIRED input.phoneNumber',
  ]);
});

test.each(['user', 'image', 'message'])('%s finds nothing where the id is unknown or none', async (name) => {
  for (const id of [nobody, 'no id', '', nul, 'x'.repeat(10_000), '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b1g']) {
    expect(await ask(name, { id })).toMatchObject({ status: 200, data: { [name]: null }, errors: [] });
  }
  for (const variables of [{}, { id: null }, { id: {} }, { id: true }]) {
    expect((await ask(name, variables)).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  }
});

test.each([
  { first: 0 },
  { first: -1 },
  { first: 101 },
  { last: 101 },
  { first: 1, last: 1 },
  { after: 'no cursor' },
  { after: '' },
  { after: nul },
  { before: Buffer.from('no id').toString('base64url') },
  { first: 2 ** 31 },
  { first: '1' },
])('users(%j) is BAD_USER_INPUT', async (variables) => {
  const document = `query ($first: Int, $after: String, $last: Int, $before: String) {
    users(first: $first, after: $after, last: $last, before: $before) { edges { cursor } }
  }`;
  const answer = await atrium.query<Payloads>(document, variables);
  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});

test.each([
  'messages(first: 0)',
  'messages(first: 101)',
  'messages(after: "x")',
  'images(first: -5)',
  'images(after: "\\u0000")',
])('user { %s } is BAD_USER_INPUT and costs that field only', async (field) => {
  const answer = await atrium.query<{ user: object }>(
    `query ($id: ID!) { user(id: $id) { id ${field} { edges { cursor } } } }`,
    {
      id: userId,
    },
  );
  expect(answer.data?.user).toMatchObject({ id: userId });
  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});

test('whatever is put wherever a value goes, the answer has codes of the lists, and none is INTERNAL', async () => {
  const sweeps = [
    ...Object.entries(table).map(([name, { good }]) => ({
      name,
      good: () => ({ input: { ...Object.fromEntries(fieldsOf(name).map((field) => [field, undefined])), ...good() } }),
    })),
    { name: 'user', good: () => ({ id: userId }) },
    { name: 'users', good: () => ({ first: 2, after: null }) },
    { name: 'image', good: () => ({ id: nobody }) },
    { name: 'message', good: () => ({ id: nobody }) },
    { name: 'validate-phone-number', good: () => ({ phoneNumber: '098765 43210', country: 'IN' }) },
  ];
  const cases = sweeps.flatMap(({ name, good }) => hostileVariants(good).map((variant) => ({ name, ...variant })));
  process.stdout.write(`hostile inputs: ${cases.length}\n`);
  const wrong: object[] = [];
  async function work(): Promise<void> {
    for (let next = cases.pop(); next; next = cases.pop()) {
      const { name, what, variables } = next;
      const answer = await ask(name, variables);
      const codes = complaintsOf(answer).map((complaint) => complaint.split(' ', 1)[0] ?? '');
      const known = codes.every((code) => errorCodes.has(code) || userErrorCodes.has(code));
      const messages = answer.errors.map(({ message }) => message);
      const short = messages.every((message) => message.length < 500);
      const whole = answer.data !== undefined || answer.errors.length > 0;
      if (!known || !short || !whole || answer.status >= 500) {
        wrong.push({ name, what, status: answer.status, codes, text: answer.text.slice(0, 300) });
      }
    }
  }
  await Promise.all(Array.from({ length: 16 }, work));
  expect(wrong).toEqual([]);
}, 120_000);

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'multipart/form-data; boundary=b' };
const parts = (...all: [name: string, text: string][]) =>
  `${all.map(([name, text]) => `--b\r\nContent-Disposition: form-data; name="${name}"${/^\d/.test(name) ? '; filename="f.jpg"' : ''}\r\n\r\n${text}\r\n`).join('')}--b--\r\n`;
const operations = JSON.stringify({ query: operation('upload-image'), variables: { input: { userId, file: null } } });

const requests: [what: string, headers: Record<string, string>, body: string, codes: string[]][] = [
  ['no JSON', json, '{', ['BAD_REQUEST']],
  ['an empty body', json, '', ['BAD_REQUEST']],
  ['a number', json, '7', ['BAD_REQUEST']],
  ['null', json, 'null', ['BAD_REQUEST']],
  ['no query', json, '{}', ['BAD_REQUEST']],
  ['a query that is no text', json, '{"query":7}', ['BAD_REQUEST']],
  ['variables that are no object', json, '{"query":"{ __typename }","variables":7}', ['BAD_REQUEST']],
  ['a batch', json, '[{"query":"{ __typename }"}]', ['BAD_REQUEST', 'OPERATION_NOT_ALLOWED']],
  ['an empty document', json, '{"query":" "}', ['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED']],
  ['a syntax error', json, '{"query":"{"}', ['GRAPHQL_PARSE_FAILED']],
  ['an unknown field', json, '{"query":"{ usr }"}', ['GRAPHQL_VALIDATION_FAILED']],
  ['an operation name of nothing', json, '{"query":"query A { __typename }","operationName":"B"}', ['BAD_REQUEST']],
  ['two operations and no name', json, '{"query":"query A { __typename } query B { __typename }"}', ['BAD_REQUEST']],
  ['a subscription', json, '{"query":"subscription { x }"}', ['GRAPHQL_VALIDATION_FAILED', 'OPERATION_NOT_ALLOWED']],
  ['another media type', { 'content-type': 'text/xml' }, '<x/>', ['UNSUPPORTED_MEDIA_TYPE', 'BAD_REQUEST']],
  ['no parts', form, '--b--\r\n', ['BAD_REQUEST']],
  ['no operations', form, parts(['map', '{}']), ['BAD_REQUEST']],
  ['operations that are no JSON', form, parts(['operations', '{'], ['map', '{}']), ['BAD_REQUEST']],
  ['no map', form, parts(['operations', operations], ['0', 'x']), ['BAD_REQUEST']],
  ['a map that is no JSON', form, parts(['operations', operations], ['map', '{'], ['0', 'x']), ['BAD_REQUEST']],
  [
    'a map to nowhere',
    form,
    parts(['operations', operations], ['map', '{"0":["variables.input.nowhere.at.all"]}'], ['0', 'x']),
    ['BAD_REQUEST', 'BAD_USER_INPUT'],
  ],
  [
    'a map to a prototype',
    form,
    parts(['operations', operations], ['map', '{"0":["__proto__.x"]}'], ['0', 'x']),
    ['BAD_REQUEST', 'BAD_USER_INPUT'],
  ],
  [
    'a file that never comes',
    form,
    parts(['operations', operations], ['map', '{"0":["variables.input.file"]}']),
    ['BAD_REQUEST'],
  ],
  ['half a body', form, parts(['operations', operations]).slice(0, 60), ['BAD_REQUEST']],
];

test.each(requests)('a request that is %s gets a clear error', async (_what, headers, body, codes) => {
  const answer = await post<unknown>(atrium.url, { ...atrium.headers, ...headers }, body);
  expect(answer.errors.length).toBeGreaterThan(0);
  for (const { message, extensions } of answer.errors) {
    expect(codes).toContain(extensions.code);
    expect(extensions.requestId).toEqual(expect.any(String));
    expect(message).not.toMatch(/Did you mean|Unexpected token|at position|\.ts|node_modules/);
  }
});

test('other methods are refused, and so are documents that cost too much', async () => {
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
    const response = await fetch(atrium.url, { method, headers: { ...atrium.headers, accept: 'application/json' } });
    const text = await response.text();
    expect({ method, text, status: response.status >= 400 && response.status < 500 }).toMatchObject({ status: true });
    expect(text).toMatch(/METHOD_NOT_ALLOWED|BAD_REQUEST/);
  }
  const doubled = Array.from({ length: 18 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(
    ' ',
  );
  const bomb = await atrium.query<unknown>(`{ ...f0 } ${doubled} fragment f18 on Query { __typename }`);
  expect(bomb.errors.map(({ extensions }) => extensions.code)).not.toContain('INTERNAL');
  expect(bomb.errors.length).toBeGreaterThan(0);
});
