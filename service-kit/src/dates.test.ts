import { expect, test } from '@jest/globals';
import { DateTime } from './dates.ts';

test.each([
  ['2026-11-24T09:30:00Z', '2026-11-24T09:30:00.000Z'],
  ['2026-11-24t09:30:00.123456z', '2026-11-24T09:30:00.123Z'],
  ['2026-11-24 15:00:00+05:30', '2026-11-24T09:30:00.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
])('%s is a point in time', (text, expected) => {
  expect((DateTime.parseValue(text) as Date).toISOString()).toBe(expected);
});

test.each([
  '',
  'yesterday',
  '2026-11-24',
  '2026-11-24T09:30:00',
  '2026-13-01T00:00:00Z',
  '2026-02-31T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-11-24T25:00:00Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '2026-11-24T09:30:00Z\u0000',
  1_764_000_000,
  null,
  {},
])('%j is none', (value) => {
  expect(() => DateTime.parseValue(value)).toThrow(expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } }));
});
