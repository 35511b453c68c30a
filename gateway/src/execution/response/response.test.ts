import { PublicError } from '@atrium/service-kit';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execute, type GraphQLSchema, isAbstractType, parse } from 'graphql';
import { type ExecutedGraph, executeGraph, type TestResponse, testContext } from '../../testing/executed-graph.ts';
import { SubgraphError } from '../subgraph-answer.ts';

const sdl = `
  type Query { a: A b: [A!] c: [[A]!]! d: Pet e: [Pet!]! f: Named! leaves: Leaves! }
  type A { x: Int! y: [Int!] z: [[Int!]]! a: A n: A! }
  interface Named { name: String! }
  union Pet = Cat | Dog
  type Cat implements Named { name: String! lives: Int }
  type Dog implements Named { name: String! tricks: [String!]! }
  type Leaves { int: Int float: Float! string: String boolean: Boolean! id: ID! kind: Kind kinds: [Kind!]! any: Any! }
  enum Kind { RED GREEN }
  scalar Any`;

const document = parse(`query($with: Boolean!) { a { x y z a { x } n { x y } } b { x ...A } c { y x } d { ...Pet }
  e { __typename ...Pet } f { name ... on Cat { kind: __typename lives } } leaves { int float string boolean id kind kinds any }
  leaves { int @skip(if: true) second: int @include(if: $with) } }
  fragment A on A { a { y x } x @include(if: $with) z }
  fragment Pet on Pet { ... on Cat { lives name } ... on Named { name } ... on Dog { tricks } }`);

/** What a subgraph may answer: mostly what is right, and at times what is not. */
function arbitraries() {
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 100, arbitrary }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) });
  const anyLeaf = fc.constantFrom<unknown>(0, -1, 2 ** 31, 1.5, '', '7', 'x"', 'RED', 'BLUE', true, [], ['RED'], 1e300);
  const leaf = <T>(arbitrary: fc.Arbitrary<T>) =>
    maybe(fc.oneof({ weight: 150, arbitrary: arbitrary as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: anyLeaf }));
  const list = <T>(arbitrary: fc.Arbitrary<T>) =>
    maybe(
      fc.oneof(
        { weight: 200, arbitrary: fc.array(arbitrary, { maxLength: 3 }) },
        { weight: 1, arbitrary: fc.constant(5) },
      ),
    );
  const int = leaf(fc.integer());
  const small = fc.record({ x: int, y: list(int) });
  const a = maybe(fc.record({ x: int, y: list(int), z: list(list(int)), a: maybe(small), n: maybe(small) }));
  const name = leaf(fc.string());
  const cat = fc.record({ __typename: fc.constantFrom(...Array(30).fill('Cat'), 'Cow'), name, lives: int });
  const dog = fc.record({ __typename: fc.constantFrom(...Array(30).fill('Dog'), 'A', null), name, tricks: list(name) });
  const pet = maybe(fc.oneof(cat, dog));
  const kind = leaf(fc.constantFrom('RED', 'GREEN'));
  const leaves = fc.record({
    int,
    second: int,
    float: leaf(fc.double({ noNaN: true, noDefaultInfinity: true })),
    string: name,
    boolean: leaf(fc.boolean()),
    id: leaf(fc.oneof(fc.string(), fc.integer())),
    kind,
    kinds: list(kind),
    any: maybe(fc.jsonValue({ maxDepth: 2 })),
  });
  return fc.record({ a, b: list(a), c: list(list(a)), d: pet, e: list(pet), f: pet, leaves: maybe(leaves) });
}

describe('a response', () => {
  let graph: ExecutedGraph;
  let raw: unknown;
  beforeAll(() => {
    graph = executeGraph({ one: { sdl, answer: () => ({ data: raw }) } });
  });

  async function byGraphqlJs(schema: GraphQLSchema, variableValues: { with: boolean }): Promise<TestResponse> {
    const fieldResolver = (
      source: Record<string, unknown>,
      _: unknown,
      __: unknown,
      info: { path: { key: string | number } },
    ) => source[info.path.key];
    const rootValue = JSON.parse(JSON.stringify(raw));
    const { data, errors } = await execute({ schema, document, rootValue, variableValues, fieldResolver });
    return JSON.parse(JSON.stringify({ data, ...(errors ? { errors } : {}) }));
  }

  test('is what graphql-js makes of the same data, with its nulls, and errors at the same places', async () => {
    const { schema } = graph.engine;
    const compiled = graph.compile(document.loc?.source.body ?? '');
    for (const type of Object.values(schema.getTypeMap()))
      if (isAbstractType(type)) type.resolveType = ({ __typename }) => __typename;
    let withErrors = 0;
    await fc.assert(
      fc.asyncProperty(arbitraries(), fc.boolean(), async (data, included) => {
        raw = data;
        const right = await byGraphqlJs(schema, { with: included });
        const { body } = await compiled.execute({ with: included }, testContext);
        const ours: TestResponse = JSON.parse(body.toString());
        const places = ({ errors = [] }: TestResponse) => errors.map(({ path }) => JSON.stringify(path)).sort();
        expect(JSON.stringify(ours.data)).toBe(JSON.stringify(right.data));
        expect(places(ours)).toEqual(places(right));
        if (ours.errors) withErrors++;
      }),
      { numRuns: 300 },
    );
    expect(withErrors).toBeGreaterThan(30);
    expect(withErrors).toBeLessThan(270);
  });

  test('tells a null in a non-null place by its field, and a wrong value without quoting it', async () => {
    raw = { a: { x: null }, b: [{ x: 'secret' }] };
    const { data, errors } = await graph.execute('{ a { x } b { x } }');
    expect(data).toEqual({ a: null, b: null });
    expect(errors).toEqual([
      {
        message: 'Cannot return null for non-nullable field A.x.',
        path: ['a', 'x'],
        extensions: expect.objectContaining({ code: 'INTERNAL' }),
      },
      {
        message: 'A service gave no valid value for the field A.x.',
        path: ['b', 0, 'x'],
        extensions: expect.objectContaining({ code: 'INTERNAL' }),
      },
    ]);
  });

  test('has no text where a service gave a list or an object', async () => {
    for (const wrong of [[], ['x'], {}]) {
      raw = { leaves: { string: wrong } };
      const { data, errors } = await graph.execute('{ leaves { string } }');
      expect(data).toEqual({ leaves: { string: null } });
      expect(errors?.map(({ path }) => path)).toEqual([['leaves', 'string']]);
    }
  });

  test('takes an object for none of its kind where a service gave a list or a text', async () => {
    for (const wrong of [[], [{ x: 1 }], 'text', 5]) {
      raw = { a: wrong };
      const { data, errors } = await graph.execute('{ a { x } }');
      expect(data).toEqual({ a: null });
      expect(errors?.map(({ path }) => path)).toEqual([['a']]);
    }
  });
});

describe('an error of a service', () => {
  const error = (path: (string | number)[] | undefined) =>
    new SubgraphError(new PublicError('OVERLOADED', 'Busy.'), path);
  const places = ({ errors = [] }: TestResponse) => errors.map(({ path }) => path);
  const users = ['1', '2', '1'].map((id) => ({ __typename: 'User', id }));
  const profile = {
    sdl: 'type Query { users: [User!] other: String } type User @key(fields: "id") { id: ID! }',
    resolvers: { Query: { users: () => users } },
  };
  const imageSdl =
    'type User @key(fields: "id") { id: ID! image: Image cover: Image } type Image { url: String! size: Int }';

  test('about an entity stands at each place of that entity, by the names of the response', async () => {
    const busy = () => {
      throw new PublicError('OVERLOADED', 'Busy.', { retryAfterMs: 5 });
    };
    const graph = executeGraph({
      profile,
      image: {
        sdl: imageSdl,
        resolvers: { User: { image: ({ id }: { id: string }) => ({ size: busy, url: id === '1' ? 'u' : busy }) } },
      },
    });
    const text = '{ people: users { i: id image { url: size } ...F } } fragment F on User { image { at: url } }';
    const { data, errors } = await graph.execute(text);
    const whole = { url: null, at: 'u' };
    expect(data.people).toEqual([
      { i: '1', image: whole },
      { i: '2', image: null },
      { i: '1', image: whole },
    ]);
    const extensions = { code: 'OVERLOADED', requestId: 'request', retryAfterMs: 5 };
    expect(errors).toHaveLength(4);
    expect(errors).toEqual(
      expect.arrayContaining([
        { message: 'Busy.', path: ['people', 0, 'image', 'url'], extensions },
        { message: 'Busy.', path: ['people', 2, 'image', 'url'], extensions },
        { message: 'Busy.', path: ['people', 1, 'image', 'at'], extensions },
      ]),
    );
  });

  test('that is about a whole fetch stands at the fields that it was to bring', async () => {
    const down = new PublicError('UNAVAILABLE', 'Away.');
    const graph = executeGraph({ profile, image: { sdl: imageSdl, down } });
    const text = 'query($with: Boolean!) { users { a: image { url } cover @include(if: $with) { size } id } }';
    expect(places(await graph.execute(text, { with: false }))).toEqual([0, 1, 2].map((index) => ['users', index, 'a']));
    expect(places(await graph.execute(text, { with: true }))).toHaveLength(6);
  });

  test('about the root stands at the root fields, and reaches nothing else', async () => {
    const down = new PublicError('UNAVAILABLE', 'Away.');
    const graph = executeGraph({
      profile: { ...profile, down },
      more: { sdl: 'type Query { more: Int }', answer: () => ({ data: { more: 1 } }) },
    });
    const response = await graph.execute('{ x: other users { id } more }');
    expect(response.data).toEqual({ x: null, users: null, more: 1 });
    expect(places(response)).toEqual([['x'], ['users']]);
  });

  test('beside whole data belongs to no field', async () => {
    const graph = executeGraph({
      profile: { ...profile, answer: () => ({ data: { other: 'x' }, errors: [error(undefined)] }) },
    });
    expect(await graph.execute('{ other }')).toEqual({
      errors: [{ message: 'Busy.', extensions: { code: 'OVERLOADED', requestId: 'request' } }],
      data: { other: 'x' },
    });
  });

  test('is told of a hundred times at most for one fetch', async () => {
    const many = {
      ...profile,
      resolvers: { Query: { users: () => Array.from({ length: 500 }, (_, id) => ({ id })) } },
    };
    const graph = executeGraph({ profile: many, image: { sdl: imageSdl, down: new PublicError('TIMEOUT', 'Slow.') } });
    const { data, errors } = await graph.execute('{ users { image { url } cover { size } } }');
    expect(data.users).toHaveLength(500);
    expect(errors).toHaveLength(100);
  });

  test('about a key stands at the fields that nobody could be asked for without it, and names no hidden field', async () => {
    const down = new PublicError('UNAVAILABLE', 'Away.');
    const graph = executeGraph({
      profile: { ...profile, sdl: `${profile.sdl} extend type User @key(fields: "id") { age: Int }` },
      keys: { sdl: 'type User @key(fields: "id") @key(fields: "secret") { id: ID! secret: ID! @inaccessible }', down },
      image: { sdl: 'type User @key(fields: "secret") { secret: ID! @inaccessible image: String }' },
    });
    const response = await graph.execute('{ users { id photo: image } }');
    expect(response.data.users).toEqual(users.map(({ id }) => ({ id, photo: null })));
    expect(places(response)).toEqual([0, 1, 2].map((index) => ['users', index, 'photo']));
    expect(JSON.stringify(response)).not.toContain('secret');
  });

  test('about a field that the client did not ask for stands where a null went up from it', async () => {
    const failing = () => {
      throw new PublicError('OVERLOADED', 'Busy.');
    };
    const graph = executeGraph({
      profile: {
        sdl: 'type Query { user: User users: [User!] } type User @key(fields: "secret") { secret: ID! @inaccessible name: String }',
        resolvers: { Query: { user: () => ({ secret: failing }), users: () => [{ secret: 1 }, { secret: failing }] } },
      },
      image: { sdl: 'type User @key(fields: "secret") { secret: ID! @inaccessible image: String }' },
    });
    const response = await graph.execute('{ user { image } people: users { image } }');
    expect(response.data).toEqual({ user: null, people: null });
    expect(places(response)).toEqual([['user'], ['people', 1]]);
    expect(JSON.stringify(response)).not.toContain('secret');
  });

  test('explains the nulls above it, which went up from there in the service', async () => {
    const graph = executeGraph({
      one: {
        sdl: 'type Query { a: A } type A { b: B! } type B { x: Int! }',
        answer: () => ({ data: { a: { b: null } }, errors: [error(['a', 'b', 'x'])] }),
      },
    });
    const response = await graph.execute('{ a { b { x } } }');
    expect(response.data).toEqual({ a: null });
    expect(places(response)).toEqual([['a', 'b', 'x']]);
  });

  test('that explains a null in a non-null place is the only one for it', async () => {
    const graph = executeGraph({
      profile,
      image: {
        sdl: 'type User @key(fields: "id") { id: ID! image: String! cover: String! }',
        answer: () => ({ data: { _entities: [null, { image: 'i' }] }, errors: [error(['_entities', 0, 'image'])] }),
      },
    });
    const response = await graph.execute('{ users { image } other }');
    expect(response.data).toEqual({ users: null, other: null });
    expect(places(response)).toEqual([
      ['users', 0, 'image'],
      ['users', 2, 'image'],
    ]);
  });
});

test('a document whose types behind types multiply is answered without being compiled', async () => {
  const kinds = Array.from({ length: 15 }, (_, index) => `K${index}`);
  const types = kinds.map((kind) => `type ${kind} implements Node { next: Node x: Int }`);
  const answer = () => ({
    data: { node: nest({ __typename: 'K3', x: 1 }, (next) => ({ __typename: 'K3', x: 1, next }), 5) },
  });
  const graph = executeGraph({
    one: { sdl: `type Query { node: Node } interface Node { next: Node x: Int } ${types.join(' ')}`, answer },
  });
  const ofKinds = kinds.map((kind) => `... on ${kind} { next { ${kind}: x } }`).join(' ');
  const document = `{ node { ${nest('x', (inner) => `x next { ${inner} } ${ofKinds}`, 5)} } }`;
  const { data } = await graph.execute(document);
  expect(data.node.next.next.next.next.next).toEqual({ x: 1, K3: null });
});

function nest<T>(innermost: T, wrap: (inner: T) => T, times: number): T {
  return times === 0 ? innermost : nest(wrap(innermost), wrap, times - 1);
}
