import { userCount } from '../dataset.ts';
import type { BenchQuery } from '../queries.ts';

/** Gives places in random order; none comes again before all others have come. */
export type Places = (query: BenchQuery) => number;

/** Draws from a shuffled deck of all places, round and round. */
export function shuffledPlaces(): Places {
  const deck = Uint32Array.from({ length: userCount }, (_, place) => place);
  for (let last = deck.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    const kept = deck[last] as number;
    deck[last] = deck[other] as number;
    deck[other] = kept;
  }
  let next = 0;
  return ({ places: { first, end } }) => {
    for (;;) {
      const place = deck[next] as number;
      next = (next + 1) % deck.length;
      if (place >= first && place < end) return place;
    }
  };
}
