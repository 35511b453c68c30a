import { describe, expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, parse, print, stripIgnoredCharacters, validate } from 'graphql';
import type { ScopeGuard } from './guard.ts';
import { judgeMutation } from './judge-mutation.ts';
import { visibleDocument } from './visible-document.ts';

const schema = buildSchema(`
  type Query { hide: Int user(id: ID): User secret: Int open: Int beings(size: Int): [Being!]! any: Any }
  type Mutation { write(a: Int): Payload hide(a: Int): Payload }
  type Payload { user: User }
  type User { name: String! phone: String! friend: User friends(first: Int): [User!] pet: Being age: Int }
  interface Being { name: String age: Int owner: User friend: Being }
  type Cat implements Being { name: String age: Int owner: User friend: Cat fur: Int }
  type Dog implements Being { name: String age: Int owner: User friend: Being tail: Int }
  type Fish implements Being { name: String age: Int owner: User friend: Being }
  union Any = Cat | Dog | User`);

function guardOf(...denied: string[]): ScopeGuard {
  return {
    signature: denied.join(' '),
    deniesNothing: denied.length === 0,
    denies: (type, field) => denied.includes(`${type}.${field}`) || denied.includes(`${type}.*`),
    missing: () => 'the scope x',
  };
}

function judge(text: string, denied: string[]) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return { document, operation, ...visibleDocument(document, operation, schema, guardOf(...denied)) };
}

const secret = ['Query.secret', 'User.phone', 'Cat.age', 'Dog.owner', 'Fish.*'];

describe('what is denied is not asked for', () => {
  test.each<[what: string, text: string, left: string | undefined]>([
    ['a field', '{ user { name phone } }', '{ user { name } }'],
    ['a field under another name', '{ user { a: name b: phone } }', '{ user { a: name } }'],
    ['the last field of an object', '{ user { phone } open }', '{ user { __typename } open }'],
    ['the last field of a nested object', '{ user { friend { phone } } }', '{ user { friend { __typename } } }'],
    ['all there is', '{ secret }', undefined],
    ['all but the type’s name', '{ secret __typename }', '{ __typename }'],
    ['all, through fragments', '{ ... { secret } ...F } fragment F on Query { ... on Query { secret } }', undefined],
    ['a field with all below it', '{ any { ... on Dog { owner { name } tail } } }', '{ any { ... on Dog { tail } } }'],
    [
      'a field behind a fragment, which stays',
      '{ user { ...F friend { ...F } } } fragment F on User { name phone }',
      '{ user { ...F friend { ...F } } } fragment F on User { name }',
    ],
    [
      'a fragment that is left empty, and one that only it used',
      '{ user { name ...F } } fragment F on User { ...G } fragment G on User { phone }',
      '{ user { name } }',
    ],
    [
      'a fragment that nothing spreads any more',
      '{ secret any { ... on Dog { owner { ...F } tail } } } fragment F on User { name }',
      '{ any { ... on Dog { tail } } }',
    ],
    [
      'a variable that nothing uses any more',
      'query ($a: ID, $b: Int, $c: Boolean!) { user(id: $a) { friends(first: $b) { phone } phone @skip(if: $c) } }',
      'query ($a: ID, $b: Int) { user(id: $a) { friends(first: $b) { __typename } } }',
    ],
    [
      'a field of an interface, but of those types that may be seen',
      '{ beings { age } }',
      '{ beings { ... on Dog { age } } }',
    ],
    [
      'a field of an interface that one type may show',
      '{ beings { a: owner @include(if: true) { name phone } } }',
      '{ beings { ... on Cat { a: owner @include(if: true) { name } } } }',
    ],
    ['a type behind an interface', '{ beings { name } }', '{ beings { ... on Cat { name } ... on Dog { name } } }'],
    [
      'a type behind a fragment on it',
      '{ beings { ... on Fish { name } ... on Cat { fur } } }',
      '{ beings { ... on Cat { fur } } }',
    ],
    [
      'a type behind a fragment on the interface',
      '{ any { ... on Being { age } } }',
      '{ any { ... on Being { ... on Dog { age } } } }',
    ],
    ['all of an interface', '{ user { pet { ... on Fish { name age } } } }', '{ user { pet { __typename } } }'],
    [
      'fragments below that cannot apply any more',
      '{ beings { friend { ... on Dog { tail } ... on Cat { fur } ...F } } } fragment F on Dog { tail }',
      '{ beings { ... on Cat { friend { ... on Cat { fur } } } ... on Dog { friend { ... on Dog { tail } ... on Cat { fur } ...F } } } } fragment F on Dog { tail }',
    ],
    [
      'what lies below a list',
      '{ user { friends { phone friends { phone name } } } }',
      '{ user { friends { friends { name } } } }',
    ],
    [
      'introspection stays',
      '{ __schema { queryType { name } } secret __type(name: "User") { name } }',
      '{ __schema { queryType { name } } __type(name: "User") { name } }',
    ],
    ['in a payload', 'mutation { write { user { phone } } }', 'mutation { write { user { __typename } } }'],
  ])('%s', (_what, text, left) => {
    const { visible, signature } = judge(text, secret);
    expect(signature).not.toBe('');
    expect(visible && stripIgnoredCharacters(print(visible.document))).toBe(left && stripIgnoredCharacters(left));
    if (!visible) return;
    expect(visible.document.definitions).toContain(visible.operation);
    expect(validate(schema, visible.document)).toEqual([]);
  });

  test('of the named operation alone', () => {
    const document = parse('query A { user { phone name } } query B { open }');
    const operation = getOperationAST(document, 'A');
    if (!operation) throw new Error('no operation');
    const { visible } = visibleDocument(document, operation, schema, guardOf(...secret));
    expect(visible && print(visible.document)).toBe(print(parse('query A { user { name } }')));
  });
});

test('where nothing is denied the document stays the very same', () => {
  for (const denied of [secret, []]) {
    const { document, operation, visible, signature } = judge(
      '{ open user { name pet { ... on Dog { age } } } }',
      denied,
    );
    expect(visible?.document).toBe(document);
    expect(visible?.operation).toBe(operation);
    expect(signature).toBe('');
  }
});

test('the parts of a document that are not touched stay the same objects', () => {
  const { operation, visible } = judge('{ secret user { name } }', secret);
  expect(visible?.operation.selectionSet.selections[0]).toBe(operation.selectionSet.selections[1]);
});

test('documents in which the same is denied have the same signature, whoever asks', () => {
  const text = '{ user { name phone } open }';
  expect(judge(text, secret).signature).toBe('User.phone');
  expect(judge(text, ['User.phone', 'Cat.age']).signature).toBe('User.phone');
  expect(judge(text, ['User.phone', 'Query.open']).signature).toBe('Query.open User.phone');
});

test('a document that would grow without end is refused', () => {
  const nested = `${'friend { '.repeat(14)} name age ${'}'.repeat(14)}`;
  const start = process.cpuUsage();
  expect(() => judge(`{ beings { ${nested} } }`, ['Cat.friend'])).toThrow(
    expect.objectContaining({ code: 'QUERY_TOO_COMPLEX' }),
  );
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(500);
});

describe('a mutation', () => {
  const refusal = (text: string) => {
    const { document, operation } = judge(text, []);
    return judgeMutation(operation, document, schema, guardOf('Mutation.hide', 'User.phone', 'Query.secret'));
  };

  test('is refused whole where one of its changes is denied, however it is written', () => {
    for (const text of [
      'mutation { hide { user { name } } }',
      'mutation { write { user { name } } a: hide { user { name } } }',
      'mutation { ... { ...F } } fragment F on Mutation { hide { user { name } } }',
      'mutation { hide @skip(if: true) { user { name } } }',
    ]) {
      expect(refusal(text)).toMatchObject({
        code: 'FORBIDDEN',
        message: 'This mutation needs the scope x. Use a key that has it.',
      });
    }
  });

  test('is not for what its payload shows, nor is a query', () => {
    expect(refusal('mutation { write { user { phone } } }')).toBeUndefined();
    expect(refusal('{ secret }')).toBeUndefined();
    expect(refusal('{ hide }')).toBeUndefined();
  });
});
