import { expect, test } from '@jest/globals';
import { shuffled, uniform, zipf } from './draws.ts';

/** Draws that stand evenly between 0 and 1. */
function evenly(count: number): () => number {
  let next = 0;
  return () => (next++ + 0.5) / count;
}

test('Zipf’s law: rank r comes r^s times more seldom than the first', () => {
  const count = 10_000;
  const draws = 1_000_000;
  const draw = zipf(count, 0.99, evenly(draws));
  const times = new Uint32Array(count);
  for (let index = 0; index < draws; index += 1) {
    const place = draw();
    times[place] = (times[place] ?? 0) + 1;
  }
  const ranked = shuffled(count);
  const first = times[ranked[0] as number] as number;
  for (const rank of [2, 10, 100]) {
    const expected = first / rank ** 0.99;
    expect(Math.abs((times[ranked[rank - 1] as number] as number) - expected)).toBeLessThan(0.02 * expected + 1);
  }
});

test('uniform draws reach every place and none beyond', () => {
  const draw = uniform(100, evenly(1_000));
  const drawn = new Set(Array.from({ length: 1_000 }, draw));
  expect([...drawn].sort((one, other) => one - other)).toEqual(Array.from({ length: 100 }, (_, place) => place));
});
