import { expect, test } from '@jest/globals';
import { queries } from '../queries.ts';
import { shuffledPlaces } from './places.ts';

test.each(Object.values(queries))('no variable of $name comes twice before all have come once', (query) => {
  const places = shuffledPlaces();
  const { first, end } = query.places;
  const drawn = Array.from({ length: end - first }, () => places(query));
  expect(new Set(drawn).size).toBe(end - first);
  expect(drawn.every((place) => place >= first && place < end)).toBe(true);
});
