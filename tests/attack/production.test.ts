import { afterAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { createKey } from '../support/api-keys.ts';
import { openAtrium } from '../support/atrium.ts';
import { type Answer, send } from '../support/graphql-client.ts';
import { nobody } from '../support/input-rows.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { startProductionGateway } from '../support/system-gateway.ts';
import { sharedSystem } from '../support/test-system.ts';
import { waitFor } from '../support/wait-for.ts';

const system = await sharedSystem();
// Nothing answers where Image is said to be, so that what is asked of it shows.
const gateway = await startProductionGateway(system, {
  IMAGE_URL: 'http://127.0.0.1:1',
  DEVELOPMENT_API_KEY: system.apiKey,
});
afterAll(async () => {
  await gateway.stop();
});
const [reader, tool] = await Promise.all([
  createKey(system, ['profile:read']),
  createKey(system, ['profile:read', 'introspection']),
]);

const ask = (query: string, variables: object = {}, key = reader.key): Promise<Answer<Record<string, unknown>>> =>
  send(gateway.url, { 'x-api-key': key }, query, variables);
const codes = ({ errors }: Answer<unknown>) => errors.map(({ extensions }) => extensions.code);

describe('the schema is told', () => {
  test.each([
    ['the standard question', getIntrospectionQuery()],
    ['a question about one type', '{ __type(name: "User") { name } }'],
    ['one under another name', '{ a: __schema { types { name } } }'],
    ['one behind fragments', '{ ... { ...A } } fragment A on Query { ... on Query { __schema { types { name } } } }'],
    ['one beside data', `{ user(id: "${nobody}") { id } __type(name: "User") { name } }`],
    ['one that is skipped', '{ __typename __schema @skip(if: true) { types { name } } }'],
  ])('to a key with the scope and to no other: %s', async (_what, query) => {
    const refused = await ask(query);
    expect({ status: refused.status, codes: codes(refused), data: refused.data }).toEqual({
      status: 403,
      codes: ['FORBIDDEN'],
      data: undefined,
    });
    expect(await ask(query, {}, tool.key)).toMatchObject({ status: 200, errors: [] });
    // What the one was told does not open it to the other.
    expect((await ask(query)).status).toBe(403);
  });

  test('and the name of a type is no secret', async () => {
    expect((await ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });
});

test.each(['/graphiql', '/inbox', '/inbox/messages', '/metrics'])('%s is not there', async (path) => {
  const response = await fetch(new URL(path, gateway.url), { headers: { accept: 'text/html' } });
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(await response.text()).not.toMatch(/atr_(test|live)_|<html/i);
});

test('the page that is there for everybody shows no key', async () => {
  const response = await fetch(new URL('/', gateway.url), { headers: { accept: 'text/html' } });
  expect(await response.text()).not.toMatch(/atr_(test|live)_\w/);
});

test('what a key may not see is neither shown nor fetched, however it is asked for', async () => {
  const query = `query ($id: ID!) { user(id: $id) { ...A other: phoneNumber } }
    fragment A on User { name ... on User { phoneNumber } images(first: 1) { edges { node { url } } } }`;
  const { id: userId, phoneNumber } = await newUser();
  const answer = await ask(query, { id: userId });
  expect(answer.data).toEqual({ user: { name: expect.any(String), phoneNumber: null, images: null, other: null } });
  expect(new Set(codes(answer))).toEqual(new Set(['UNAUTHORIZED_FIELD_OR_TYPE']));
  expect(answer.text).not.toContain(phoneNumber);
  expect(answer.errors.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      ['user', 'phoneNumber'],
      ['user', 'images'],
      ['user', 'other'],
    ]),
  );
  // A key that may see it is shown it by the very same document, and the other still is not.
  const whole = await send<{ user: { phoneNumber: string } }>(gateway.url, { 'x-api-key': system.apiKey }, query, {
    id: userId,
  });
  expect(whole.data?.user.phoneNumber).toBe(phoneNumber);
  expect(codes(whole)).toEqual(['UNAVAILABLE']);
  expect((await ask(query, { id: userId })).data).toEqual(answer.data);
});

async function newUser(): Promise<{ id: string; phoneNumber: string }> {
  const user = await openAtrium(system).newUser(newPerson('Asha Rao'));
  return { id: user.id, phoneNumber: user.phoneNumber ?? '' };
}

test('the log is JSON lines of our own, whatever is sent, and holds none of it', async () => {
  const before = gateway.log().length;
  const secret = 'hunter2';
  await ask(`query Named { user(id: "${secret}") { id } }`);
  await ask('query ($id: ID!) { user(id: $id) { id } }', { id: secret });
  await ask('query ($id: ID!) { user(id: $id) { id } }', { [secret]: secret });
  await ask(`{ ${secret} }`);
  await ask(`query ${'A'.repeat(5_000)} { __typename }`);
  const hostile: Record<string, string>[] = [
    { 'x-request-id': `${secret}"}` },
    { 'user-agent': secret },
    { referer: `https://${secret}/` },
    { 'x-api-key': secret },
  ];
  for (const headers of hostile) {
    await send(gateway.url, { 'x-api-key': reader.key, ...headers }, `query N { __typename }`);
  }
  await fetch(`${gateway.url}?query={${secret}}`, { headers: { 'x-api-key': reader.key } });
  await fetch(new URL(`/${secret}?a=${secret}`, gateway.url));
  await send(gateway.url, { 'x-api-key': reader.key, 'x-request-id': 'the-last-one' }, '{ __typename }');
  await waitFor('the last line', () => gateway.log().includes('the-last-one'));
  const told = gateway.log().slice(before);
  expect(told).not.toContain(secret);
  expect(told).not.toContain(reader.key);
  const lines = told.trim().split('\n');
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) {
    expect(line.length).toBeLessThan(2_000);
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), service: 'gateway' });
  }
});

test('an answer lets no page do anything with it but read it', async () => {
  const { headers } = await ask('{ __typename }');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  expect([...headers.keys()].filter((name) => /^(x-powered-by|server)$/.test(name))).toEqual([]);
});
