import { expect, test } from '@jest/globals';
import { pauseAfterAttempts, pauseInOutage } from './delivery-pauses.ts';

const rules = { maxAttempts: 8, maxAgeMs: 1, firstPauseMs: 1_000, longestPauseMs: 20_000 };

test('the bound of a pause doubles with each attempt up to the longest, and all below it is chance', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 20].map((attempts) => pauseAfterAttempts(rules, attempts, 1));
  expect(bounds).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
  expect(pauseAfterAttempts(rules, 4, 0)).toBe(0);
  expect(pauseAfterAttempts(rules, 4, 0.25)).toBe(2_000);
});

test('in an outage the pauses grow with the age of the message', () => {
  const bounds = [0, 10_000, 1_000_000].map((ageMs) => pauseInOutage(rules, ageMs, 1));
  expect(bounds).toEqual([1_000, 5_000, 20_000]);
  expect(pauseInOutage(rules, 10_000, 0)).toBe(0);
});
