import { expect, test } from '@jest/globals';
import { waysToMeet } from './ways.ts';

test.each([
  ['nothing needs no scope', [], [[]]],
  ['each requirement is to be met', [[['a']], [['b']]], [['a', 'b']]],
  [
    'in any of its ways',
    [[['a'], ['b']], [['c']]],
    [
      ['a', 'c'],
      ['b', 'c'],
    ],
  ],
  ['a way that holds another is none', [[['a'], ['a', 'b']]], [['a']]],
  [
    'ways that only share a scope stay',
    [
      [
        ['a', 'b'],
        ['a', 'c'],
      ],
    ],
    [
      ['a', 'b'],
      ['a', 'c'],
    ],
  ],
  ['what asks for a known caller asks for no scope', [[[]], [['a']]], [['a']]],
  ['what nobody can meet has no way', [[['a']], []], []],
])('%s', (_what, requirements, ways) => {
  expect(waysToMeet(requirements)).toEqual(ways);
});
