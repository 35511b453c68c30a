import { Doorkeeper } from './doorkeeper.ts';
import { imul } from './hash-text.ts';

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
 * 4-bit counters behind a doorkeeper, which keeps those who come but once out of it, halved when its sample is full,
 * so that what was popular yesterday fades (Einziger, Friedman, Manes: "TinyLFU: A Highly Efficient Cache Admission
 * Policy", 2017). An estimate may be too high, and too low only by what a halving took.
 */
export class FrequencySketch {
  readonly #counters: Uint8Array;
  readonly #doorkeeper: Doorkeeper;
  readonly #mask: number;
  readonly #sampleSize: number;
  #accesses = 0;

  constructor(expectedEntries: number) {
    const width = widthFor(expectedEntries);
    this.#counters = new Uint8Array(counterBytes(width));
    this.#doorkeeper = new Doorkeeper(counterBytes(width));
    this.#mask = width - 1;
    this.#sampleSize = sampleFactor * Math.max(minEntries, expectedEntries);
  }

  /** The memory for so many entries: 16 to 32 bytes each. */
  static bytesFor(expectedEntries: number): number {
    return 2 * counterBytes(widthFor(expectedEntries));
  }

  /** Counts an access to the key with this hash. */
  increment(hash: number): void {
    if (this.#doorkeeper.has(hash)) this.#incrementCounters(hash);
    else this.#doorkeeper.add(hash);
    this.#accesses += 1;
    if (this.#accesses >= this.#sampleSize) this.#halve();
  }

  /** How often the key with this hash was asked for lately; no more than sixteen times are told apart. */
  estimate(hash: number): number {
    let least = maxCount;
    for (let row = 0; row < rows; row += 1) {
      const index = this.#index(hash, row);
      const count = ((this.#counters[index >>> 1] as number) >>> ((index & 1) << 2)) & maxCount;
      if (count < least) least = count;
    }
    return this.#doorkeeper.has(hash) ? least + 1 : least;
  }

  #incrementCounters(hash: number): void {
    for (let row = 0; row < rows; row += 1) {
      const index = this.#index(hash, row);
      const shift = (index & 1) << 2;
      const pair = this.#counters[index >>> 1] as number;
      if (((pair >>> shift) & maxCount) < maxCount) this.#counters[index >>> 1] = pair + (1 << shift);
    }
  }

  /** One hash makes four positions by double hashing (Kirsch, Mitzenmacher: "Less Hashing, Same Performance", 2006). */
  #index(hash: number, row: number): number {
    const mixed = imul(hash ^ (hash >>> 16), 0x45d9f3b);
    const step = (mixed ^ (mixed >>> 15)) | 1;
    return row * (this.#mask + 1) + ((hash + imul(row, step)) & this.#mask);
  }

  /** Eight counters at a time, so that a megabyte of them takes a fraction of a millisecond. */
  #halve(): void {
    const words = new Uint32Array(this.#counters.buffer);
    for (let index = 0; index < words.length; index += 1) {
      words[index] = ((words[index] as number) >>> 1) & 0x77777777;
    }
    this.#doorkeeper.clear();
    this.#accesses = 0;
  }
}

function widthFor(expectedEntries: number): number {
  return 2 ** Math.ceil(Math.log2(countersForEntry * Math.max(minEntries, expectedEntries)));
}

function counterBytes(width: number): number {
  return (rows * width) / 2;
}
