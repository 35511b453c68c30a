import { compose } from '@atrium/supergraph';
import { readRequirements } from '@atrium/supergraph/requirements';
import { describe, expect, test } from '@jest/globals';
import { createGuards } from './guard.ts';

const header = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11",
  import: ["@key", "@shareable", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])`;

function composed(...sdls: string[]): string {
  const sources = sdls.map((sdl, index) => ({
    name: `s${index}`,
    file: `s${index}.graphql`,
    routingUrl: 'http://localhost:1',
    sdl: `${header}\n${sdl}`,
  }));
  return compose(sources).supergraphSdl;
}

const graph = composed(
  `
  type Query {
    open: Int
    known: Int @authenticated
    scoped: Int @requiresScopes(scopes: [["a"]])
    either: Int @requiresScopes(scopes: [["a", "b"], ["c"]])
    never: Int @policy(policies: [["p"]])
    vault: Vault
    grade: Grade
    grades: [Grade!]!
    mark: Mark
    both: Int @requiresScopes(scopes: [["a"]])
    being: Being
    any: Any
  }
  type Vault @requiresScopes(scopes: [["vault"]]) { open: Int scoped: Int @requiresScopes(scopes: [["a"]]) }
  enum Grade @requiresScopes(scopes: [["grade"]]) { A }
  scalar Mark @requiresScopes(scopes: [["mark"]])
  interface Being { name: String age: Int }
  type Cat implements Being @key(fields: "name") @requiresScopes(scopes: [["cat"]]) { name: String age: Int }
  type Dog implements Being @key(fields: "name") { name: String age: Int @requiresScopes(scopes: [["age"], ["dog"]]) }
  union Any = Cat | Dog`,
  `type Dog @key(fields: "name") { name: String tail: Int @requiresScopes(scopes: [["tail"]]) }`,
);
const guards = createGuards(readRequirements(graph));

function seen(scopes: string[], ...coordinates: string[]): string[] {
  const guard = guards.guardFor(new Set(scopes));
  return coordinates.filter((each) => !guard.denies(...(each.split('.') as [string, string])));
}

describe('a field is seen by who meets', () => {
  test.each<[what: string, scopes: string[], asked: string[], seen: string[]]>([
    [
      'nothing, where nothing is asked',
      [],
      ['Query.open', 'Query.known', 'Query.scoped'],
      ['Query.open', 'Query.known'],
    ],
    ['its own requirement', ['a'], ['Query.scoped', 'Query.either'], ['Query.scoped']],
    ['one of its sets of scopes', ['c'], ['Query.scoped', 'Query.either'], ['Query.either']],
    ['the whole of one of them', ['a', 'b'], ['Query.scoped', 'Query.either'], ['Query.scoped', 'Query.either']],
    ['no policy, which no key does', ['p', 'a'], ['Query.never'], []],
    ['what its type requires', ['a'], ['Vault.open', 'Vault.scoped'], []],
    ['what its type requires, and itself', ['vault'], ['Vault.open', 'Vault.scoped'], ['Vault.open']],
    ['what the type of its value requires', [], ['Query.vault', 'Query.grade', 'Query.grades', 'Query.mark'], []],
    [
      'that too',
      ['vault', 'grade'],
      ['Query.vault', 'Query.grade', 'Query.grades', 'Query.mark'],
      ['Query.vault', 'Query.grade', 'Query.grades'],
    ],
    [
      'what its own type requires and not its neighbour behind an interface',
      [],
      ['Query.being', 'Query.any', 'Cat.name', 'Dog.name', 'Dog.age'],
      ['Query.being', 'Query.any', 'Dog.name'],
    ],
    [
      'what it says, whatever a neighbour behind its interface says of the same field',
      ['cat'],
      ['Cat.age', 'Dog.age'],
      ['Cat.age'],
    ],
    ['what another subgraph says of it', ['dog'], ['Dog.age', 'Dog.tail', 'Cat.age'], ['Dog.age']],
    ['nothing for its name', [], ['Cat.__typename', 'Query.__schema'], ['Cat.__typename', 'Query.__schema']],
    [
      'nothing, where there is no such thing',
      [],
      ['Nothing.at', 'Query.all', 'constructor.name'],
      ['Nothing.at', 'Query.all', 'constructor.name'],
    ],
  ])('%s', (_what, scopes, asked, expected) => {
    expect(seen(scopes, ...asked)).toEqual(expected);
  });
});

test('the field of an interface object is guarded on every type behind the interface', () => {
  const sdl = composed(
    'type Query { being: Being } interface Being @key(fields: "id") { id: ID! } type Cat implements Being @key(fields: "id") { id: ID! }',
    'type Being @interfaceObject @key(fields: "id") { id: ID! fame: Int @requiresScopes(scopes: [["fame"]]) }',
  );
  const guard = createGuards(readRequirements(sdl)).guardFor(new Set());
  expect([guard.denies('Cat', 'fame'), guard.denies('Cat', 'id')]).toEqual([true, false]);
});

test('what an interface says of itself, as older supergraphs may, holds for all behind it and for what answers it', () => {
  const sdl = `
    schema @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", import: [{ name: "@requiresScopes", as: "@needs" }]) { query: Query }
    type Query { being: Being cat: Cat thing: Thing }
    interface Being @needs(scopes: [["being"]]) { name: String }
    interface Thing { name: String @needs(scopes: [["thing"]]) size: Int }
    type Cat implements Being & Thing { name: String size: Int fur: Int }`;
  const requirements = readRequirements(sdl);
  const denied = (...scopes: string[]) => {
    const guard = createGuards(requirements).guardFor(new Set(scopes));
    const all = ['Query.being', 'Query.cat', 'Query.thing', 'Cat.name', 'Cat.size', 'Cat.fur'];
    return all.filter((each) => guard.denies(...(each.split('.') as [string, string])));
  };
  expect(denied()).toEqual(['Query.being', 'Cat.name']);
  expect(denied('being')).toEqual(['Cat.name']);
  expect(denied('being', 'thing')).toEqual([]);
});

describe('guards', () => {
  test('are one and the same for all who may not see the same', () => {
    const [one, other, less] = [['a', 'x'], ['y', 'a'], ['x']].map((scopes) => guards.guardFor(new Set(scopes)));
    expect(one).toBe(other);
    expect(less).not.toBe(one);
    expect(less?.signature).not.toBe(one?.signature);
    const everything = ['a', 'b', 'c', 'vault', 'grade', 'mark', 'cat', 'age', 'tail'];
    expect(guards.guardFor(new Set(everything)).signature).toBe(
      guards.guardFor(new Set([...everything, 'x'])).signature,
    );
  });

  test('say in words what is missing', () => {
    const guard = guards.guardFor(new Set());
    expect(guard.missing('Query', 'scoped')).toBe('the scope a');
    expect(guard.missing('Query', 'either')).toBe('the scopes a and b, or the scope c');
  });

  test('deny nothing where nothing is required', () => {
    const none = createGuards(readRequirements(composed('type Query { a: Int @authenticated }')));
    expect(none.guardFor(new Set()).deniesNothing).toBe(true);
    expect(guards.guardFor(new Set()).deniesNothing).toBe(false);
  });
});
