/** Counters saturate at 15, in four bits each. */
const maxCount = 15;
const rows = 4;
/** In each row. */
const countersForEntry = 4;
const minEntries = 16;
/** How many accesses for each expected entry are counted before all counters are halved. */
const sampleFactor = 10;

/**
 * Estimates how often each key was asked for lately, in a few bytes for each expected entry: a count-min sketch of
 * 4-bit counters that are halved when their sample is full, so that what was popular yesterday fades (Einziger,
 * Friedman, Manes: "TinyLFU: A Highly Efficient Cache Admission Policy", 2017). An estimate may be too high, never
 * too low but for the halving.
 */
export class FrequencySketch {
  readonly #counters: Uint8Array;
  readonly #mask: number;
  readonly #sampleSize: number;
  #additions = 0;

  constructor(expectedEntries: number) {
    this.#counters = new Uint8Array(FrequencySketch.bytesFor(expectedEntries));
    this.#mask = (2 * this.#counters.length) / rows - 1;
    this.#sampleSize = sampleFactor * Math.max(minEntries, expectedEntries);
  }

  /** The memory for so many entries: 8 to 16 bytes each. */
  static bytesFor(expectedEntries: number): number {
    const width = 2 ** Math.ceil(Math.log2(countersForEntry * Math.max(minEntries, expectedEntries)));
    return (rows * width) / 2;
  }

  /** Counts an access to the key with this hash. */
  increment(hash: number): void {
    let added = false;
    for (let row = 0; row < rows; row += 1) {
      const index = this.#index(hash, row);
      const shift = (index & 1) << 2;
      const cell = this.#counters[index >>> 1] as number;
      if (((cell >>> shift) & maxCount) === maxCount) continue;
      this.#counters[index >>> 1] = cell + (1 << shift);
      added = true;
    }
    if (!added) return;
    this.#additions += 1;
    if (this.#additions >= this.#sampleSize) this.#halve();
  }

  /** How often the key with this hash was asked for lately, at most 15. */
  estimate(hash: number): number {
    let least = maxCount;
    for (let row = 0; row < rows; row += 1) {
      const index = this.#index(hash, row);
      least = Math.min(least, ((this.#counters[index >>> 1] as number) >>> ((index & 1) << 2)) & maxCount);
    }
    return least;
  }

  /** One hash makes four positions by double hashing (Kirsch, Mitzenmacher: "Less Hashing, Same Performance", 2006). */
  #index(hash: number, row: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
    const step = (mixed ^ (mixed >>> 15)) | 1;
    return row * (this.#mask + 1) + ((hash + Math.imul(row, step)) & this.#mask);
  }

  /** Eight counters at a time, so that a sketch of a megabyte takes a fraction of a millisecond. */
  #halve(): void {
    const words = new Uint32Array(this.#counters.buffer);
    for (let index = 0; index < words.length; index += 1) {
      words[index] = ((words[index] as number) >>> 1) & 0x77777777;
    }
    this.#additions >>>= 1;
  }
}

/** A hash of a text; the seed keeps others from choosing texts that collide. */
export function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
