/** Gives a place between 0 and a count, again and again. */
export type Draw = () => number;

/** Every place is as likely as any other. */
export function uniform(count: number, random: () => number = Math.random): Draw {
  return () => Math.floor(random() * count);
}

/**
 * Places as Zipf's law draws them: the most frequent one comes 2^exponent times as often as the next, and so on. Which
 * places are frequent has nothing to do with their order: ranks are dealt to places by a fixed shuffle.
 */
export function zipf(count: number, exponent: number, random: () => number = Math.random): Draw {
  const places = shuffled(count);
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) {
    sum += (rank + 1) ** -exponent;
    upTo[rank] = sum;
  }
  return () => places[firstAbove(upTo, random() * sum)] as number;
}

/** Places in the order of the ranks that `zipf` gives them: the most frequent first. */
export function shuffled(count: number): Uint32Array {
  const places = Uint32Array.from({ length: count }, (_, place) => place);
  let state = 1;
  for (let last = count - 1; last > 0; last -= 1) {
    // Park and Miller's generator: the same shuffle in every process.
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (last + 1);
    const kept = places[last] as number;
    places[last] = places[other] as number;
    places[other] = kept;
  }
  return places;
}

function firstAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
