import { expect, test } from '@jest/globals';
import { quantile, spreadOf } from './statistics.ts';

test('a quantile is the value at its rank', () => {
  const sorted = Array.from({ length: 200 }, (_, index) => index + 1);
  expect([0.5, 0.99, 1, 0].map((part) => quantile(sorted, part))).toEqual([100, 198, 200, 1]);
  expect(quantile([1, 2, 3], 0.5)).toBe(2);
  expect(quantile([], 0.5)).toBeNaN();
});

test('a spread is the median with both ends', () => {
  expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
});
