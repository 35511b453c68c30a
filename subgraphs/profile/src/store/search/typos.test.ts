import { expect, test } from '@jest/globals';
import { typosBetween } from './typos.ts';

test.each([
  ['maria', 'maria', 0],
  ['maria', 'mria', 1],
  ['maria', 'marria', 1],
  ['maria', 'merja', 2],
  ['maria', 'mraia', 1],
  ['krishnamurthy', 'krishnmurti', 3],
  ['दिल्ली', 'दिल्लि', 1],
  ['👩🏽x', '👨🏽x', 1],
])('%s and %s differ by %d', (one, other, typos) => {
  expect(typosBetween(one, other, 3)).toBe(typos);
  expect(typosBetween(other, one, 3)).toBe(typos);
  expect(typosBetween(one, other, typos - 1)).toBe(Number.POSITIVE_INFINITY);
});
