import { imul } from './hash-text.ts';

const places = 3;

/** A Bloom filter (Bloom, 1970) of those who came once already; now and then it takes a stranger for one of them. */
export class Doorkeeper {
  readonly #bits: Uint32Array;
  readonly #mask: number;

  /** The number of bytes is a power of two, and four at least. */
  constructor(bytes: number) {
    this.#bits = new Uint32Array(bytes / 4);
    this.#mask = 8 * bytes - 1;
  }

  has(hash: number): boolean {
    for (let place = 0; place < places; place += 1) {
      const bit = this.#bit(hash, place);
      if (((this.#bits[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  add(hash: number): void {
    for (let place = 0; place < places; place += 1) {
      const bit = this.#bit(hash, place);
      this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }

  clear(): void {
    this.#bits.fill(0);
  }

  #bit(hash: number, place: number): number {
    const first = imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    const step = imul(first ^ (first >>> 12), 0x297a2d39) | 1;
    return ((first ^ (first >>> 16)) + imul(place, step)) & this.#mask;
  }
}
