import { expect, test } from '@jest/globals';
import { createKey, keyCommand } from '../support/api-keys.ts';
import { openAtrium } from '../support/atrium.ts';
import { send } from '../support/graphql-client.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';
import { waitFor } from '../support/wait-for.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const url = `${system.gatewayUrl}/graphql`;
const { id: userId } = await atrium.newUser(newPerson('Asha Rao'));
const [reader, revoked, keyInUse] = await Promise.all([
  createKey(system, ['profile:read']),
  createKey(system, ['profile:read']),
  createKey(system, ['profile:read']),
]);

function as(headers: Record<string, string>, query: string, variables: object = {}) {
  return send<Record<string, unknown>>(url, headers, query, variables);
}

test('whoever comes without a key that holds gets 401 and one and the same body', async () => {
  await keyCommand(system, ['revoke', revoked.id]);
  const key = system.apiKey;
  const changed = `${key.slice(0, 25)}${key[25] === 'A' ? 'B' : 'A'}${key.slice(26)}`;
  const tries: Record<string, string>[] = [
    {},
    { 'x-api-key': '' },
    { 'x-api-key': 'no key' },
    { 'x-api-key': changed },
    { 'x-api-key': `${key}x` },
    { 'x-api-key': key.toUpperCase() },
    { 'x-api-key': revoked.key },
    { 'x-api-key': 'a'.repeat(5_000) },
    { authorization: `Bearer ${changed}` },
    { authorization: key },
    { authorization: 'Basic eDp5' },
  ];
  const answers = await Promise.all(tries.map((headers) => as(headers, '{ __typename }')));
  expect(answers.map(({ status }) => status)).toEqual(tries.map(() => 401));
  const bodies = answers.map(({ text }) => text.replace(/"requestId":"[^"]+"/, '"requestId":"…"'));
  expect(new Set(bodies).size).toBe(1);
  expect(JSON.parse(bodies[0] ?? '')).toEqual({
    errors: [
      { message: expect.stringContaining('x-api-key'), extensions: { code: 'UNAUTHENTICATED', requestId: '…' } },
    ],
  });
});

test('nothing is read of a request without a key, be it a mutation, an upload or no GraphQL at all', async () => {
  for (const [type, body] of [
    ['application/json', '{'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['text/plain', 'hello'],
  ] as const) {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
    expect({ type, status: response.status }).toEqual({ type, status: 401 });
  }
});

test('a key is as good in the Authorization header', async () => {
  expect((await as({ authorization: `Bearer ${system.apiKey}` }, '{ __typename }')).data).toEqual({
    __typename: 'Query',
  });
});

test('a key without profile:phone reads the user but for the number, and is told why', async () => {
  const query = 'query ($id: ID!) { user(id: $id) { name phoneNumber phoneVerification { status } } }';
  const answer = await as({ 'x-api-key': reader.key }, query, { id: userId });
  expect(answer.data).toEqual({
    user: { name: 'Asha Rao', phoneNumber: null, phoneVerification: { status: expect.any(String) } },
  });
  expect(answer.errors).toMatchObject([
    {
      path: ['user', 'phoneNumber'],
      extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', requestId: expect.any(String) },
    },
  ]);
});

test('a key reads and writes what its scopes say and nothing else', async () => {
  const before = await atrium.countUsers();
  const person = newPerson();
  const create = await as(
    { 'x-api-key': reader.key },
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
    { input: person },
  );
  const others = await as(
    { 'x-api-key': reader.key },
    'query ($id: ID!) { user(id: $id) { name avatar { url } messages { edges { cursor } } } }',
    {
      id: userId,
    },
  );
  const codes = (answer: typeof create) => answer.errors.map(({ extensions }) => extensions.code);
  // A mutation is refused whole, before anything of it runs.
  expect({ status: create.status, codes: codes(create) }).toEqual({ status: 403, codes: ['FORBIDDEN'] });
  expect(create.data).toBeUndefined();
  expect(await atrium.countUsers()).toBe(before);
  expect(others.data).toEqual({ user: { name: 'Asha Rao', avatar: null, messages: null } });
  expect(codes(others)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE', 'UNAUTHORIZED_FIELD_OR_TYPE']);
});

test('a key that is revoked while it is in use is refused within five seconds', async () => {
  const { id, key } = keyInUse;
  const ask = () => as({ 'x-api-key': key }, '{ __typename }');
  expect((await ask()).status).toBe(200);
  expect((await keyCommand(system, ['revoke', id])).exitCode).toBe(0);
  await waitFor('the revoked key is refused', async () => (await ask()).status === 401, { timeoutMs: 5_500 });
});

test('the key command tells faults in one line, and never shows a key again', async () => {
  const listed = await keyCommand(system, ['list', '--json']);
  expect(listed.exitCode).toBe(0);
  expect(listed.stdout).not.toContain(system.apiKey);
  expect(listed.stdout).not.toMatch(/hash/i);
  const unknownScope = await keyCommand(system, ['create', '--name', 'x', '--scopes', 'profile:everything']);
  expect(unknownScope.exitCode).toBe(1);
  expect(unknownScope.stderr.trim().split('\n').length).toBe(1);
  const unknownKey = await keyCommand(system, ['revoke', 'nothing']);
  expect(unknownKey.exitCode).toBe(1);
});

test('a request id that a client sends comes back with the answer', async () => {
  const answer = await as({ 'x-api-key': system.apiKey, 'x-request-id': 'trace-me-1' }, '{ nothingOfTheKind }');
  expect(answer.headers.get('x-request-id')).toBe('trace-me-1');
  expect(answer.errors[0]?.extensions.requestId).toBe('trace-me-1');
});
