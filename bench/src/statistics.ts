/** The value below which a part of a sorted sample lies (nearest rank); NaN for an empty one. */
export function quantile(sorted: ArrayLike<number>, part: number): number {
  const rank = Math.ceil(part * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** A median and what it lies between. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The median of a sample, and its ends. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] ?? Number.NaN;
  const high = sorted[Math.ceil(middle)] ?? Number.NaN;
  return { median: (low + high) / 2, min: quantile(sorted, 0), max: quantile(sorted, 1) };
}
