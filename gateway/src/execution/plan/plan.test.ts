import { describe, expect, test } from '@jest/globals';
import { Upload } from 'graphql-upload-ts';
import { executeGraph, testContext } from '../../testing/executed-graph.ts';

type Reference = Record<string, never>;
const known = (fields: (reference: Reference) => object) => ({
  __resolveReference: (given: Reference) => ({ ...given, ...fields(given) }),
});
const bodies = ({ fetches }: { fetches: { fetch: { body: string } }[] }) =>
  fetches.map(({ fetch }) => JSON.parse(fetch.body));

describe('entities', () => {
  const places = ['1', '2', '1', '1'].map((id) => ({ seat: id, person: { id } }));
  const sdl =
    'type Query { places: [Place!]! } type Place { person: Person } type Person @key(fields: "id") { id: ID! }';
  const graph = executeGraph({
    rooms: { sdl, resolvers: { Query: { places: () => places } } },
    people: {
      sdl: 'type Person @key(fields: "id") { id: ID! home: Home } type Home @key(fields: "id") { id: ID! }',
      resolvers: { Person: { home: ({ id }: Reference) => ({ id: `h${id}` }) } },
    },
    homes: {
      sdl: 'type Home @key(fields: "id") { id: ID! street: String }',
      resolvers: { Home: { street: ({ id }: Reference) => `street of ${id}` } },
    },
  });

  test('that appear several times are asked for once, and answered at each place', async () => {
    const { data } = await graph.execute('{ places { person { home { street } } } }');
    const streets = data.places.map((place: { person: { home: { street: string } } }) => place.person.home.street);
    expect(streets).toEqual(['street of h1', 'street of h2', 'street of h1', 'street of h1']);
    expect(graph.fetches.map(({ fetch }) => fetch.entityCount)).toEqual([undefined, 2, 2]);
    expect(bodies(graph)[1].variables).toEqual({
      representations: [
        { __typename: 'Person', id: '1' },
        { __typename: 'Person', id: '2' },
      ],
    });
  });

  test('are asked for by the key of their type, with what a field requires, however deep', async () => {
    const shop = executeGraph({
      goods: {
        sdl: `type Query { goods: [Good] } union Good = Book | Chair
          type Book @key(fields: "isbn") { isbn: String! parts: [Part] weight: Int }
          type Part { grams: Int inner: Box } type Box { size: Int }
          type Chair @key(fields: "maker { id } model") { maker: Maker! model: String! } type Maker { id: ID! }`,
        resolvers: {
          Query: {
            goods: () => [
              { __typename: 'Book', isbn: 'b"1', weight: 3, parts: [{ grams: 5, inner: { size: 1 } }, null] },
              { __typename: 'Chair', maker: { id: 'm' }, model: 'c' },
              null,
            ],
          },
        },
      },
      post: {
        sdl: `type Book @key(fields: "isbn") { isbn: String! weight: Int @external
            parts: [Part] @external postage: Int @requires(fields: "weight parts { grams inner { size } }") }
          type Part { grams: Int @external inner: Box @external } type Box { size: Int @external }
          type Chair @key(fields: "maker { id } model") { maker: Maker! model: String! postage: Int }
          type Maker { id: ID! }`,
        resolvers: {
          Book: known(({ weight, parts }) => ({ postage: Number(weight) + JSON.stringify(parts).length })),
          Chair: known(({ model }) => ({ postage: String(model).length })),
        },
      },
    });
    const { data } = await shop.execute('{ goods { ... on Book { postage } ... on Chair { postage } } }');
    const [book, chair] = bodies(shop)[1].variables.representations;
    expect(book).toEqual({
      __typename: 'Book',
      isbn: 'b"1',
      weight: 3,
      parts: [{ grams: 5, inner: { size: 1 } }, null],
    });
    expect(chair).toEqual({ __typename: 'Chair', maker: { id: 'm' }, model: 'c' });
    expect(data.goods).toEqual([{ postage: 3 + JSON.stringify(book.parts).length }, { postage: 1 }, null]);
  });

  test('without a key that they need are not asked for', async () => {
    const answer = () => ({ data: { places: [{ person: { __typename: 'Person' } }, { person: null }] } });
    const poor = executeGraph({
      rooms: { sdl, answer },
      people: { sdl: 'type Person @key(fields: "id") { id: ID! name: String }' },
    });
    expect((await poor.execute('{ places { person { name } } }')).data.places).toEqual([
      { person: { name: null } },
      { person: null },
    ]);
    expect(poor.fetches).toHaveLength(1);
  });

  test('behind an interface object keep their own type', async () => {
    const media = executeGraph({
      catalog: {
        sdl: `type Query { all: [Media!]! } interface Media @key(fields: "id") { id: ID! }
          type Book implements Media @key(fields: "id") { id: ID! pages: Int }
          type Film implements Media @key(fields: "id") { id: ID! minutes: Int }`,
        resolvers: {
          Query: {
            all: () => [
              { __typename: 'Book', id: 1, pages: 5 },
              { __typename: 'Film', id: 2, minutes: 9 },
            ],
          },
          Media: {
            __resolveReference: ({ id }: Reference) => ({ __typename: String(id) === '1' ? 'Book' : 'Film', id }),
          },
        },
      },
      reviews: {
        sdl: 'type Query { best: Media } type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }',
        resolvers: { Query: { best: () => ({ id: 2 }) }, Media: { stars: ({ id }: Reference) => Number(id) } },
      },
    });
    expect(
      (
        await media.execute(
          '{ all { stars ... on Book { pages __typename } ... on Film { a: stars __typename } } best { __typename stars } }',
        )
      ).data,
    ).toEqual({
      all: [
        { __typename: 'Book', stars: 1, pages: 5 },
        { __typename: 'Film', stars: 2, a: 2 },
      ],
      best: { __typename: 'Film', stars: 2 },
    });
    expect(bodies(media).flatMap(({ variables }) => variables.representations ?? [])).toContainEqual({
      __typename: 'Media',
      id: '1',
    });
    expect((await media.execute('{ best { stars } }')).data).toEqual({ best: { stars: 2 } });
    expect(media.fetches).toHaveLength(1);
  });

  describe('that take arguments from an object above them', () => {
    const shops = executeGraph({
      shops: {
        sdl: `type Query { shops: [Shop!]! } type Shop @key(fields: "id") @context(name: "shop") {
            id: ID! currency: String! prices: [Price!]! item: Item } type Item @key(fields: "id") { id: ID! }
          type Price @key(fields: "id") { id: ID! text(in: String @fromContext(field: "$shop { currency }")): String }`,
        resolvers: {
          Query: {
            shops: () =>
              ['EUR', 'INR', 'EUR'].map((currency) => ({
                id: currency,
                currency,
                prices: [{ id: 1 }],
                item: { id: 1 },
              })),
          },
          Price: { text: (_: Reference, given: { in: string }) => `1 ${given.in}` },
        },
      },
      items: {
        sdl: 'type Item @key(fields: "id") { id: ID! price: Price } type Price @key(fields: "id") { id: ID! }',
        resolvers: { Item: { price: () => ({ id: 1 }) } },
      },
    });
    const texts = ['1 EUR', '1 INR', '1 EUR'].map((text) => ({ text }));

    test('take each its own, through lists', async () => {
      const { data } = await shops.execute('{ shops { prices { text } } }');
      expect(data.shops.map(({ prices }: { prices: Reference[] }) => prices[0])).toEqual(texts);
      expect(shops.fetches).toHaveLength(3);
    });

    test('do not share what belongs to one place only', async () => {
      const { data } = await shops.execute('{ shops { item { price { text } } } }');
      expect(data.shops.map(({ item }: { item: Reference }) => item.price)).toEqual(texts);
    });
  });

  test('of two types, whose fields a service cannot give under one name, have each its own', async () => {
    const graph = executeGraph({
      one: {
        sdl: 'type Query { all: [Any] } union Any = A | B type A { x: Int! @shareable } type B { x: Int }',
        resolvers: {
          Query: {
            all: () => [
              { __typename: 'A', x: 0 },
              { __typename: 'B', x: 2 },
            ],
          },
        },
      },
      other: { sdl: 'type Query { a: A } type A { x: Int @shareable }' },
    });
    const { data } = await graph.execute('{ all { ... on A { x } ... on B { x } } }');
    expect(data).toEqual({ all: [{ x: 0 }, { x: 2 }] });
    expect(bodies(graph)[0].query).toContain('x__alias_0');
  });
});

describe('a name of the client', () => {
  const graph = executeGraph({
    profile: {
      sdl: 'type Query { user(id: ID): User } type User @key(fields: "id") { id: ID! name: String } ',
      resolvers: { Query: { user: () => ({ id: 'key', name: 'Asha' }) } },
    },
    orders: {
      sdl: 'type User @key(fields: "id") { id: ID! total(of: String): String constructor: String }',
      resolvers: {
        User: { total: ({ id }: Reference, { of }: { of?: string }) => `${id} ${of}`, constructor: () => null },
      },
    },
  });

  test('hides no key, and none of JavaScript', async () => {
    const text =
      '{ user { id: name __typename: name __proto__: name toString: total constructor as_0: name id__alias_0: id } }';
    expect(await graph.executeToText(text)).toBe(
      '{"data":{"user":{"id":"Asha","__typename":"Asha","__proto__":"Asha","toString":"key undefined","constructor":null,"as_0":"Asha","id__alias_0":"key"}}}',
    );
  });

  test('for a variable may be one of the planner', async () => {
    const text = `query($representations: String, $as_x: String, $contextualArgument_1_0: String) {
      user { a: total(of: $representations) b: total(of: $as_x) c: total(of: $contextualArgument_1_0) } }`;
    const variables = { representations: 'r', as_x: 'x', contextualArgument_1_0: 'c' };
    expect((await graph.execute(text, variables)).data.user).toEqual({ a: 'key r', b: 'key x', c: 'key c' });
  });
});

test('a request carries the variables that its fetch uses, and not those that the client left out', async () => {
  const graph = executeGraph({
    one: {
      sdl: 'input In { a: [Float] b: String } type Query { a(in: In, of: Int = 3): String }',
      resolvers: { Query: { a: (_: unknown, given: object) => JSON.stringify(given) } },
    },
    other: { sdl: 'type Query { b(of: String): String }', resolvers: { Query: { b: () => 'b' } } },
  });
  const text = 'query($in: In, $of: Int, $b: String) { a(in: $in, of: $of) b(of: $b) }';
  const { data } = await graph.execute(text, { in: { a: [1.5, null], b: '"\n\ud83d\ude00' }, b: null });
  expect(data).toEqual({ a: JSON.stringify({ in: { a: [1.5, null], b: '"\n\ud83d\ude00' }, of: 3 }), b: 'b' });
  expect(bodies(graph).map(({ variables }) => variables)).toEqual([
    { in: { a: [1.5, null], b: '"\n\ud83d\ude00' } },
    { b: null },
  ]);
});

test('files travel beside the request of the fetch that uses them, which has null in their places', async () => {
  const graph = executeGraph({
    image: {
      sdl: `scalar Upload input In { file: Upload, more: [Upload], alt: String } type Query { a: Int }
        type Mutation { upload(in: In!): Int plain(alt: String): Int }`,
    },
  });
  const compiled = graph.compile('mutation($in: In!, $alt: String) { upload(in: $in) plain(alt: $alt) }');
  const [first, second] = [new Upload(), new Upload()];
  await compiled.execute({ in: { file: first, more: [second, first], alt: 'x' } }, testContext);
  const [sent] = graph.fetches;
  expect(JSON.parse(sent?.fetch.body ?? '').variables).toEqual({ in: { file: null, more: [null, null], alt: 'x' } });
  expect([...(sent?.fetch.uploads ?? [])]).toEqual([
    [first, ['variables.in.file', 'variables.in.more.1']],
    [second, ['variables.in.more.0']],
  ]);
  await compiled.execute({ in: { alt: 'x' } }, testContext);
  expect(graph.fetches[1]?.fetch.uploads).toBeUndefined();
});

test('the root may be asked again below a change, by another service', async () => {
  const graph = executeGraph({
    one: {
      sdl: 'type Query { a: String } type Mutation { change: Payload } type Payload { query: Query }',
      resolvers: { Query: { a: () => 'a' }, Mutation: { change: () => ({ query: {} }) } },
    },
    other: { sdl: 'type Query { b: String }', resolvers: { Query: { b: () => 'b' } } },
  });
  const { data } = await graph.execute('mutation { change { query { a b __schema { queryType { name } } } } }');
  expect(data).toEqual({ change: { query: { a: 'a', b: 'b', __schema: { queryType: { name: 'Query' } } } } });
});
