import { expect, test } from '@jest/globals';
import { executeGraph } from '../testing/executed-graph.ts';

const people = [
  { id: '1', name: 'Asha' },
  { id: '2', name: 'Ben' },
];

const graph = () =>
  executeGraph({
    profile: {
      sdl: `type Query { user(id: ID!): User users: [User!]! } type User @key(fields: "id") { id: ID! name: String! }`,
      resolvers: {
        Query: {
          user: (_: unknown, { id }: { id: string }) => people.find((one) => one.id === id),
          users: () => people,
        },
      },
    },
    image: {
      sdl: `type User @key(fields: "id") { id: ID! avatar: Image } type Image { url: String! width: Int! }`,
      resolvers: { User: { avatar: ({ id }: { id: string }) => ({ url: `https://i/${id}`, width: 10 }) } },
    },
    messaging: {
      sdl: `type User @key(fields: "id") { id: ID! messages(first: Int = 2): [String!]! }`,
      resolvers: {
        User: { messages: ({ id }: { id: string }, { first }: { first: number }) => Array(first).fill(`to ${id}`) },
      },
    },
  });

test('an operation over three services is answered as one server would', async () => {
  const { execute, fetches } = graph();
  const text = `query Q($id: ID!, $n: Int) { me: user(id: $id) { name id avatar { w: width url } messages(first: $n) __typename } }`;
  expect(JSON.stringify(await execute(text, { id: '2', n: 1 }))).toBe(
    '{"data":{"me":{"name":"Ben","id":"2","avatar":{"w":10,"url":"https://i/2"},"messages":["to 2"],"__typename":"User"}}}',
  );
  expect(fetches.map(({ service }) => service)).toEqual(['profile', expect.anything(), expect.anything()]);
});

test('the entities of a list are asked for together', async () => {
  const { execute, fetches } = graph();
  expect((await execute('{ users { id avatar { url } messages } }')).data.users).toEqual([
    { id: '1', avatar: { url: 'https://i/1' }, messages: ['to 1', 'to 1'] },
    { id: '2', avatar: { url: 'https://i/2' }, messages: ['to 2', 'to 2'] },
  ]);
  expect(fetches).toHaveLength(3);
});

test('the schema is told in words that the planner does not know, alone and beside data', async () => {
  const { execute, fetches } = graph();
  const fragment = 'fragment T on __Type { name isOneOf }';
  const asked = '__type(name: "User") { ...T }';
  const told = { name: 'User', isOneOf: null };
  expect((await execute(`{ ${asked} } ${fragment}`)).data).toEqual({ __type: told });
  expect(fetches).toHaveLength(0);
  expect((await execute(`{ ${asked} users { id } } ${fragment}`)).data).toEqual({
    __type: told,
    users: [{ id: '1' }, { id: '2' }],
  });
});
