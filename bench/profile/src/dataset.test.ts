import { expect, test } from '@jest/globals';
import { keywords, newPerson, userAt } from './dataset.ts';

const count = 100_000;
const users = Array.from({ length: count }, (_, place) => userAt(place));

test('no two users share an id or a phone number, and nobody new has that of another', () => {
  expect(new Set(users.map(({ id }) => id)).size).toBe(count);
  const numbers = users.map(({ phoneNumber }) => phoneNumber);
  const newNumbers = Array.from({ length: count }, (_, number) => newPerson(number).phoneNumber);
  expect(new Set([...numbers, ...newNumbers]).size).toBe(2 * count);
});

test('every keyword finds more users than a list shows', () => {
  const found = new Map(keywords.map((keyword) => [keyword, 0]));
  for (const { name, location } of users) {
    for (const word of [...name.split(' '), location]) found.set(word, (found.get(word) ?? 0) + 1);
  }
  expect(found.size).toBe(keywords.length);
  expect(Math.min(...found.values())).toBeGreaterThan(500);
});
