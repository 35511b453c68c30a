import { expect, test } from '@jest/globals';
import { BodyBytes } from './body-bytes.ts';

test('one caller has half of the room, and another finds room beside it', () => {
  const bodies = new BodyBytes(100);
  expect([30, 20, 1].map((bytes) => bodies.take('flood', bytes))).toEqual([true, true, false]);
  expect(bodies.take('other', 40)).toBe(true);
  expect(bodies.take('third', 20)).toBe(false);
  expect({ taken: bodies.taken, refused: bodies.refused }).toEqual({ taken: 90, refused: 2 });
  bodies.give('flood', 30);
  expect(bodies.take('flood', 30)).toBe(true);
});

test('a body that is larger than all room goes alone', () => {
  const bodies = new BodyBytes(100);
  expect(bodies.take('a', 150)).toBe(true);
  expect(bodies.take('b', 1)).toBe(false);
  bodies.give('a', 150);
  expect(bodies.taken).toBe(0);
  expect(bodies.take('b', 1)).toBe(true);
  expect(bodies.take('a', 150)).toBe(false);
});
