import { resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { composeConfiguration } from '../compose.ts';
import { findOperations } from '../use/find-operations.ts';
import { serveMock } from './serve-mock.ts';

const root = resolve(import.meta.dirname, '../../..');
const operations = await findOperations(['operations/**/*.graphql'], root);
const schema = (await composeConfiguration(resolve(root, 'supergraph.yaml'))).apiSchema();
const mock = await serveMock({ schema, operations, host: '127.0.0.1', port: 0 });
afterAll(() => mock.close());

// biome-ignore lint/suspicious/noExplicitAny: answers have whatever shape their operation asks for.
type Answer = { status: number; data: any; errors?: { message: string; extensions: { code: string } }[] };

async function ask(query: string, variables?: object): Promise<Answer> {
  const response = await fetch(`${mock.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://localhost:5173' },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as object) } as Answer;
}

test('there are example operations', () => {
  expect(operations.length).toBeGreaterThanOrEqual(20);
});

test.each(operations)('$name is answered whole, and the second time the same', async ({ document, variables }) => {
  const first = await ask(print(document), variables);
  expect(first).toMatchObject({ status: 200, data: expect.anything() });
  expect(first.errors).toBeUndefined();
  expect(Object.values(first.data)).toEqual([expect.anything()]);
  expect(await ask(print(document), variables)).toEqual(first);
});

test('a query may come by GET', async () => {
  const query = 'query ($id: ID!) { user(id: $id) { id name } }';
  const variables = { id: 'by-get' };
  const asked = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const response = await fetch(`${mock.url}/graphql?${asked}`);
  const { status: _, ...posted } = await ask(query, variables);
  expect(await response.json()).toEqual(posted);
  expect(posted.data.user.id).toBe('by-get');
});

describe('what is asked for by an id', () => {
  const id = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';
  test('has it, and is the same thing wherever it is met', async () => {
    const { data } = await ask(
      'query ($id: ID!) { user(id: $id) { id name createdAt avatar { id owner { id createdAt } } } }',
      { id },
    );
    expect(data.user).toMatchObject({
      id,
      name: 'Asha Rao',
      avatar: { owner: { id, createdAt: data.user.createdAt } },
    });
    const { data: again } = await ask('query ($id: ID!) { image(id: $id) { id width } }', { id: data.user.avatar.id });
    expect(again.image.id).toBe(data.user.avatar.id);
  });
  test('was made before anything else happened to it', async () => {
    const { data } = await ask('{ users(first: 20) { edges { node { createdAt updatedAt } } } }');
    for (const { node } of data.users.edges) expect(node.createdAt <= node.updatedAt).toBe(true);
  });
  test('differs from what has another', async () => {
    const { data } = await ask(
      'query ($id: ID!) { a: user(id: $id) { createdAt } b: user(id: "other") { createdAt } }',
      { id },
    );
    expect(data.a).not.toEqual(data.b);
  });
});

test('pages can be turned to the end, and back, without meeting anybody twice', async () => {
  const page =
    'query ($after: String) { users(first: 4, after: $after) { totalCount edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }';
  const ids: string[] = [];
  let after: string | null = null;
  let users: Answer['data'];
  do {
    users = (await ask(page, { after })).data.users;
    expect(users.pageInfo.hasPreviousPage).toBe(ids.length > 0);
    ids.push(...users.edges.map((edge: { node: { id: string } }) => edge.node.id));
    after = users.pageInfo.endCursor;
  } while (users.pageInfo.hasNextPage);
  expect(ids.length).toBe(users.totalCount);
  expect(new Set(ids).size).toBe(ids.length);
  const { data } = await ask('{ users(last: 2) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage } } }');
  expect(data.users.edges.map((edge: { node: { id: string } }) => edge.node.id)).toEqual(ids.slice(-2));
  expect(data.users.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: true });
});

describe('a mutation', () => {
  const create =
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { name country phoneNumber email } userErrors { code } } }';
  test('repeats what it was given where the types fit', async () => {
    const input = { name: 'Emma Clarke', phoneNumber: '07400 123456', country: 'GB', email: 'emma@example.com' };
    const { data } = await ask(create, { input });
    expect(data.createUser).toEqual({
      user: { name: 'Emma Clarke', country: 'GB', email: 'emma@example.com', phoneNumber: '+919876543210' },
      userErrors: [],
    });
  });
  test('repeats a batch item by item', async () => {
    const users = ['Ravi', 'Emma', 'Li'].map((name) => ({ name, phoneNumber: '+447400123456', country: 'GB' }));
    const { data } = await ask(
      'mutation ($input: CreateUsersInput!) { createUsers(input: $input) { results { user { id name phoneNumber } userErrors { code } } } }',
      { input: { users } },
    );
    const { results } = data.createUsers;
    expect(results).toMatchObject(
      users.map(({ name, phoneNumber }) => ({ user: { name, phoneNumber }, userErrors: [] })),
    );
    expect(new Set(results.map((each: { user: { id: string } }) => each.user.id)).size).toBe(3);
  });
  test('answers the things that its input names', async () => {
    const { data } = await ask(
      'mutation { setAvatar(input: { userId: "u", imageId: "i" }) { user { id avatar { id } } } deleteUser(input: { id: "u" }) { deletedUserId user { id } } }',
    );
    expect(data).toEqual({
      setAvatar: { user: { id: 'u', avatar: { id: 'i' } } },
      deleteUser: { deletedUserId: 'u', user: null },
    });
  });
});

test('what the schema refuses is refused with its place', async () => {
  const { status, errors } = await ask('{ nonsense }');
  expect({ status, code: errors?.[0]?.extensions.code }).toEqual({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
  expect((await ask('{')).errors?.[0]?.extensions.code).toBe('GRAPHQL_PARSE_FAILED');
});

test('any origin may ask, and a page with every operation opens without a network', async () => {
  const preflight = await fetch(`${mock.url}/graphql`, { method: 'OPTIONS' });
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  const page = await (await fetch(`${mock.url}/`)).text();
  for (const { name } of operations) expect(page).toContain(name);
  expect(page).not.toMatch(/(src|href)="https?:/);
});
