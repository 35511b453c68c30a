import { expect, test } from '@jest/globals';
import { reasonIn } from './service-process.ts';

test('the faults of the settings are told together, in one line', () => {
  expect(reasonIn('PORT: must be a number\nHOST: is required\n')).toBe('PORT: must be a number; HOST: is required');
});

test('of a stack trace the line with the error is told', () => {
  const trace =
    'file:///x.ts:1\nthrow new Error("no")\n^\n\nTypeError: no such thing\n    at x (file:///x.ts:1:1)\n\nNode.js v24\n';
  expect(reasonIn(trace)).toBe('TypeError: no such thing');
});

test('silence is told as silence', () => {
  expect(reasonIn('')).toBe('it gave no reason');
});
