import { PublicError } from '@atrium/service-kit';
import { expect, test } from '@jest/globals';
import { type OperationDefinitionNode, parse } from 'graphql';
import { executeGraph, type TestService, testContext } from '../testing/executed-graph.ts';

type Reference = { id: string };

function services(): Record<'profile' | 'image', TestService> {
  return {
    profile: {
      sdl: `type Query { users: [User!] pet: Pet } union Pet = Cat | Dog type Cat { lives: Int! } type Dog { name: String }
        type Mutation { rename(id: ID!, representations: String): User }
        type User @key(fields: "id") { id: ID! name: String! }`,
      resolvers: {
        Query: {
          users: () => ['1', '2'].map((id) => ({ id, name: `n${id}` })),
          pet: () => ({ __typename: 'Cat', lives: 9 }),
        },
        Mutation: { rename: (_: unknown, given: object) => ({ name: 'new', ...given }) },
      },
    },
    image: {
      sdl: 'type User @key(fields: "id") { id: ID! avatar(size: Int = 1): String cover: String! }',
      resolvers: {
        User: { avatar: ({ id }: Reference, { size }: { size: number }) => `${id}x${size}`, cover: () => 'c' },
      },
    },
  };
}

test('what is beyond the compiler is answered alike by the executor of @apollo/gateway, and told of', async () => {
  const told: string[] = [];
  const compiled = executeGraph(services());
  const fallen = executeGraph(services(), { avoidCompiler: () => 'a test', onFallback: (reason) => told.push(reason) });
  const operations: [string, object][] = [
    [
      'query($s: Int, $w: Boolean!) { u: users { id: name avatar(size: $s) cover @include(if: $w) __typename } }',
      { s: 3, w: true },
    ],
    ['{ pet { ... on Cat { lives } ... on Dog { name } } __typename __schema { queryType { name } } }', {}],
    [
      'mutation($representations: String) { a: rename(id: 7, representations: $representations) { id name avatar } }',
      { representations: 'r' },
    ],
  ];
  for (const [text, variables] of operations) {
    const right = await compiled.executeToText(text, variables as Record<string, unknown>);
    expect(await fallen.executeToText(text, variables as Record<string, unknown>)).toBe(right);
    expect(JSON.parse(right).errors).toBeUndefined();
  }
  expect(told).toEqual(Array(6).fill('a test'));
  expect(fallen.compile('{ pet { __typename } }').fallsBack).toBe(true);
  expect(compiled.compile('{ pet { __typename } }').fallsBack).toBe(false);
});

test('its errors stand where they belong, and what it says itself does not leave', async () => {
  const parts = services();
  const down = new PublicError('UNAVAILABLE', 'Away.', { retryAfterMs: 7 });
  const avoidCompiler = () => 'a test';
  const graph = executeGraph({ ...parts, image: { ...parts.image, down } }, { avoidCompiler });
  const { data, errors } = await graph.execute('{ users { id a: avatar } }');
  expect(data.users).toEqual([
    { id: '1', a: null },
    { id: '2', a: null },
  ]);
  expect(errors).toEqual(
    [0, 1].map((index) => ({
      message: 'Away.',
      path: ['users', index, 'a'],
      extensions: { code: 'UNAVAILABLE', requestId: 'request', retryAfterMs: 7 },
    })),
  );
  const liar = executeGraph(
    { ...parts, profile: { ...parts.profile, answer: () => ({ data: { users: 'secret' } }) } },
    { avoidCompiler },
  );
  const text = await liar.executeToText('{ users { id } }');
  expect(JSON.parse(text).errors).toHaveLength(1);
  expect(text).not.toContain('secret');
});

test('what the caller may not see is not shown by it either', async () => {
  const graph = executeGraph(services(), { avoidCompiler: () => 'a test' });
  const guard = { denies: (_type: string, field: string) => field === 'avatar' };
  const { data, errors } = await graph.execute('{ users { id avatar } }', {}, guard);
  expect(data.users[0]).toEqual({ id: '1', avatar: null });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(Array(2).fill('UNAUTHORIZED_FIELD_OR_TYPE'));
  const document = parse('{ users { id } }');
  const operation = document.definitions[0] as OperationDefinitionNode;
  const denied = { document, operation, visible: undefined, guard: { denies: () => true } };
  const { body } = await graph.engine.compile(denied).execute({}, testContext);
  expect(JSON.parse(body.toString()).data).toEqual({ users: null });
});
