import { PublicError } from '@atrium/service-kit';
import { describe, expect, test } from '@jest/globals';
import { executeSync, getIntrospectionQuery, parse } from 'graphql';
import { executeGraph, type TestService, testContext } from '../testing/executed-graph.ts';

const people = [
  { id: '1', name: 'Asha' },
  { id: '2', name: 'Ben "B" Bo\\\n' },
];

const profile = (): TestService => ({
  sdl: `type Query { user(id: ID!): User users: [User!]! }
    type Mutation { rename(id: ID!, name: String!): User }
    type User @key(fields: "id") { id: ID! name: String! phone: String }`,
  resolvers: {
    Query: { user: (_: unknown, { id }: { id: string }) => people.find((one) => one.id === id), users: () => people },
    Mutation: { rename: (_: unknown, { id, name }: { id: string; name: string }) => ({ id, name }) },
    User: { phone: () => '+1' },
  },
});

const image = (): TestService => ({
  sdl: `type Mutation { drop(id: ID!): String }
    type User @key(fields: "id") { id: ID! avatar: Image } type Image { url: String! width: Int! }`,
  resolvers: { User: { avatar: ({ id }: { id: string }) => ({ url: `https://i/${id}`, width: 10 }) } },
});

const messaging = (): TestService => ({
  sdl: `type User @key(fields: "id") { id: ID! messages(first: Int = 2): [String!]! }`,
  resolvers: {
    User: { messages: ({ id }: { id: string }, { first }: { first: number }) => Array(first).fill(`to ${id}`) },
  },
});

const graph = executeGraph({ profile: profile(), image: image(), messaging: messaging() });

describe('an operation', () => {
  test('over three services is answered as one server would, in the order of the document', async () => {
    const text = `query Q($id: ID!, $n: Int) {
      me: user(id: $id) { name id avatar { w: width url } messages(first: $n) __typename } __typename }`;
    expect(await graph.executeToText(text, { id: '1', n: 1 })).toBe(
      '{"data":{"me":{"name":"Asha","id":"1","avatar":{"w":10,"url":"https://i/1"},"messages":["to 1"],"__typename":"User"},"__typename":"Query"}}',
    );
    expect(graph.fetches.map(({ service }) => service)).toEqual(['profile', expect.anything(), expect.anything()]);
  });

  test('asks for the entities of a list together, and writes texts that need escaping', async () => {
    expect((await graph.execute('{ users { name avatar { url } messages } }')).data.users).toEqual([
      { name: people[0]?.name, avatar: { url: 'https://i/1' }, messages: ['to 1', 'to 1'] },
      { name: people[1]?.name, avatar: { url: 'https://i/2' }, messages: ['to 2', 'to 2'] },
    ]);
    expect(graph.fetches).toHaveLength(3);
  });

  test('of changes runs them one after the other, in the order of the document', async () => {
    const text = `mutation { ... { first: rename(id: 1, name: "a") { name } } drop(id: 2)
      ...F } fragment F on Mutation { second: rename(id: 1, name: "b") { name messages(first: 1) } }`;
    expect(Object.keys((await graph.execute(text)).data)).toEqual(['first', 'drop', 'second']);
    expect(graph.fetches.map(({ service }) => service)).toEqual(['profile', 'image', 'profile', 'messaging']);
    expect(graph.fetches.map(({ fetch }) => fetch.isRead)).toEqual([false, false, false, true]);
  });

  test('asks for what is included and not for what is skipped', async () => {
    const text = `query($with: Boolean!) { user(id: 1) { name @skip(if: $with) ...F @include(if: $with) id @include(if: false) } }
      fragment F on User { avatar { width } name }`;
    expect((await graph.execute(text, { with: true })).data.user).toEqual({ avatar: { width: 10 }, name: 'Asha' });
    expect(graph.fetches).toHaveLength(2);
    expect((await graph.execute(text, { with: false })).data.user).toEqual({ name: 'Asha' });
    expect(graph.fetches).toHaveLength(1);
  });

  test('of more conditions than are kept is answered all the same', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const text = `query(${names.map((name) => `$${name}: Boolean!`).join(' ')}) { user(id: 1) {
      ${names.map((name) => `${name}: name @include(if: $${name})`).join(' ')} avatar { url } } }`;
    const compiled = graph.compile(text);
    for (let mask = 0; mask < 64; mask++) {
      const chosen = names.filter((_, index) => mask & (1 << index));
      const variables = Object.fromEntries(names.map((name) => [name, chosen.includes(name)]));
      const { body } = await compiled.execute(variables, testContext);
      expect(Object.keys(JSON.parse(body.toString()).data.user)).toEqual([...chosen, 'avatar']);
    }
  });

  test('that asks for the schema is answered by graphql-js, beside data too', async () => {
    const standard = getIntrospectionQuery({ oneOf: true, specifiedByUrl: true, inputValueDeprecation: true });
    const { schema } = graph.engine;
    expect(await graph.execute(standard)).toEqual(
      JSON.parse(JSON.stringify(executeSync({ schema, document: parse(standard) }))),
    );
    expect(graph.fetches).toHaveLength(0);
    const text = `query($name: String!) { user(id: 1) { name } of: __type(name: $name) { name } none: __type(name: "X") { name } }`;
    expect((await graph.execute(text, { name: 'Image' })).data).toEqual({
      user: { name: 'Asha' },
      of: { name: 'Image' },
      none: null,
    });
  });

  test('that asks for nothing else tells its root type', async () => {
    expect(await graph.executeToText('{ __typename a: __typename }')).toBe(
      '{"data":{"__typename":"Query","a":"Query"}}',
    );
  });
});

describe('a field that the caller may not see', () => {
  const denies = (typeName: string, fieldName: string) => typeName === 'User' && ['phone', 'name'].includes(fieldName);

  test('is null with an error at each of its places', async () => {
    const { data, errors } = await graph.execute('{ users { id tel: phone avatar { url } } }', {}, { denies });
    expect(data.users[1]).toEqual({ id: '2', tel: null, avatar: { url: 'https://i/2' } });
    expect(errors).toEqual(
      [0, 1].map((index) => ({
        message: 'You may not see this field. Ask for a key with its scope.',
        path: ['users', index, 'tel'],
        extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', requestId: 'request' },
      })),
    );
  });

  test('that is never null takes its object with it, with one error', async () => {
    const { data, errors } = await graph.execute('{ user(id: 1) { id name phone } }', {}, { denies });
    expect(data).toEqual({ user: null });
    expect(errors?.map(({ path }) => path)).toEqual([['user', 'name']]);
  });

  test('is told of a hundred times at most', async () => {
    const many = executeGraph({
      profile: {
        sdl: 'type Query { users: [User!]! } type User { id: ID! phone: String }',
        resolvers: { Query: { users: () => Array.from({ length: 150 }, (_, id) => ({ id })) } },
      },
    });
    const { data, errors } = await many.execute('{ users { id phone } }', {}, { denies });
    expect(data.users[149]).toEqual({ id: '149', phone: null });
    expect(errors).toHaveLength(100);
  });
});

describe('a service that is away', () => {
  test('costs its own fields, each with an error, and nothing else', async () => {
    const down = new PublicError('UNAVAILABLE', 'Try again.', { retryAfterMs: 1_000 });
    const partial = executeGraph({ profile: profile(), image: { ...image(), down }, messaging: messaging() });
    const { data, errors } = await partial.execute('{ users { id a: avatar { url } messages(first: 1) } }');
    expect(data.users).toEqual([
      { id: '1', a: null, messages: ['to 1'] },
      { id: '2', a: null, messages: ['to 2'] },
    ]);
    expect(errors).toEqual(
      [0, 1].map((index) => ({
        message: 'Try again.',
        path: ['users', index, 'a'],
        extensions: { code: 'UNAVAILABLE', requestId: 'request', retryAfterMs: 1_000 },
      })),
    );
  });

  test('takes along what is never null', async () => {
    const down = new PublicError('TIMEOUT', 'Too slow.');
    const partial = executeGraph({ profile: profile(), image: image(), messaging: { ...messaging(), down } });
    const { data, errors } = await partial.execute('{ user(id: 1) { id messages } users { name } }');
    expect(data).toEqual({ user: null, users: people.map(({ name }) => ({ name })) });
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([[['user', 'messages'], 'TIMEOUT']]);
  });
});

test('a fault of ours costs the response, and nothing of it leaves', async () => {
  const log: object[] = [];
  const broken = executeGraph(
    {
      profile: {
        ...profile(),
        answer() {
          throw new Error('secret');
        },
      },
    },
    { logger: { error: (line: object) => log.push(line) } as never },
  );
  const text = await broken.executeToText('{ users { id } }');
  expect(JSON.parse(text)).toEqual({
    errors: [{ message: expect.anything(), extensions: { code: 'INTERNAL', requestId: 'request' } }],
    data: null,
  });
  expect(text).not.toContain('secret');
  expect(JSON.stringify(log)).not.toContain('secret');
  expect(log).toHaveLength(1);
});
