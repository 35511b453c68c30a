import { expect, test } from '@jest/globals';
import { fieldsOf } from './error-places.ts';

test('a failed fetch is told of at each of its root fields, by the names in the answer', () => {
  expect(
    fieldsOf('query($x: Boolean!) { a b: c d @include(if: $x) e @skip(if: true) __typename }', { x: false }),
  ).toEqual([['a'], ['b']]);
});

test('a failed fetch of entities is told of at each field of each entity', () => {
  const query = `query($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on User { avatar { url } images { edges { cursor } } } ... on Message { user { id } } } }`;
  const representations = [
    { __typename: 'User', id: 1 },
    { __typename: 'Message', id: 2 },
  ];
  expect(fieldsOf(query, { representations })).toEqual([
    ['_entities', 0, 'avatar'],
    ['_entities', 0, 'images'],
    ['_entities', 1, 'user'],
  ]);
});

test('a failed fetch of thousands of entities stays readable', () => {
  const query =
    'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { a b c } } }';
  const representations = Array.from({ length: 5_000 }, () => ({ __typename: 'User' }));
  expect(fieldsOf(query, { representations })).toHaveLength(100);
});

test('a variable that is not given has its default', () => {
  expect(fieldsOf('query($x: Boolean = false) { a b @include(if: $x) }', {})).toEqual([['a']]);
});
