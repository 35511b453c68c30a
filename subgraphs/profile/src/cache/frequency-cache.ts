import { FrequencySketch } from './frequency-sketch.ts';
import { hashText } from './hash-text.ts';
import { RecencyList } from './recency-list.ts';

/** One value and where it stands. */
interface Entry<V> {
  readonly key: string;
  readonly value: V;
  readonly bytes: number;
  readonly hash: number;
  list: RecencyList<Entry<V>>;
  newer: Entry<V> | undefined;
  older: Entry<V> | undefined;
}

/** How much a cache may hold. */
export interface FrequencyCacheOptions {
  readonly maxBytes: number;
  /** How many entries there may be; the sketch of frequencies, which `maxBytes` leaves out, is made for so many. */
  readonly expectedEntries: number;
  /** The part of the bytes for what is new, which has had no time to become frequent. */
  readonly windowShare?: number;
  /** Fixed where a run must be repeatable. */
  readonly seed?: number;
}

const usualWindowShare = 0.01;
/** The part of the main space for entries that were asked for again after they came there. */
const protectedShare = 0.8;

/**
 * A cache bounded in bytes that keeps what is asked for most: W-TinyLFU (Einziger, Friedman, Manes, 2017). An entry
 * begins in a small window; when it is pushed out of there it enters the main space only if it was asked for more often
 * than what would have to go for it. So a scan, which asks for each of its keys once, passes through the window and
 * leaves the main space as it is. Every operation takes constant time.
 */
export class FrequencyCache<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #window = new RecencyList<Entry<V>>();
  readonly #probation = new RecencyList<Entry<V>>();
  readonly #protected = new RecencyList<Entry<V>>();
  readonly #sketch: FrequencySketch;
  readonly #seed: number;
  readonly #windowBytes: number;
  readonly #mainBytes: number;
  readonly #protectedBytes: number;
  #evictions = 0;

  constructor({ maxBytes, expectedEntries, windowShare = usualWindowShare, seed }: FrequencyCacheOptions) {
    this.#sketch = new FrequencySketch(expectedEntries);
    this.#seed = seed ?? Math.floor(Math.random() * 2 ** 32);
    this.#windowBytes = Math.floor(Math.max(maxBytes * windowShare, maxBytes / expectedEntries));
    this.#mainBytes = maxBytes - this.#windowBytes;
    this.#protectedBytes = Math.floor(this.#mainBytes * protectedShare);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What the entries hold; without the sketch. */
  get bytes(): number {
    return this.#window.bytes + this.#probation.bytes + this.#protected.bytes;
  }

  /** How many entries had to go for others. */
  get evictions(): number {
    return this.#evictions;
  }

  /** The value, if it is here; asking counts, found or not. */
  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    this.#sketch.increment(entry ? entry.hash : hashText(key, this.#seed));
    if (!entry) return undefined;
    if (entry.list === this.#probation) this.#protect(entry);
    else entry.list.touch(entry);
    return entry.value;
  }

  /** The value, if it is here; does not count as asked for. */
  peek(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Puts a value in, in the place of the one that is there; whether it stays, the frequencies decide. */
  set(key: string, value: V, bytes: number): void {
    const former = this.#entries.get(key);
    const hash = former ? former.hash : hashText(key, this.#seed);
    if (former) former.list.remove(former);
    const list = former ? former.list : this.#window;
    const entry: Entry<V> = { key, value, bytes, hash, list, newer: undefined, older: undefined };
    list.add(entry);
    this.#entries.set(key, entry);
    this.#shrinkWindow();
    while (this.#mainSize() > this.#mainBytes) this.#evict(this.#victim());
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry) this.#remove(entry);
  }

  /** Forgets all values, not how often they were asked for. */
  clear(): void {
    this.#entries.clear();
    for (const list of [this.#window, this.#probation, this.#protected]) list.clear();
  }

  #mainSize(): number {
    return this.#probation.bytes + this.#protected.bytes;
  }

  #victim(): Entry<V> {
    return (this.#probation.oldest ?? this.#protected.oldest) as Entry<V>;
  }

  #protect(entry: Entry<V>): void {
    this.#move(entry, this.#protected);
    while (this.#protected.bytes > this.#protectedBytes) {
      this.#move(this.#protected.oldest as Entry<V>, this.#probation);
    }
  }

  /** What the window has no room for competes with what has gone longest without use in the main space. */
  #shrinkWindow(): void {
    while (this.#window.bytes > this.#windowBytes) {
      const candidate = this.#window.oldest as Entry<V>;
      this.#window.remove(candidate);
      if (this.#makeRoom(candidate)) {
        candidate.list = this.#probation;
        this.#probation.add(candidate);
      } else {
        this.#entries.delete(candidate.key);
        this.#evictions += 1;
      }
    }
  }

  #makeRoom(candidate: Entry<V>): boolean {
    if (candidate.bytes > this.#mainBytes) return false;
    const frequency = this.#sketch.estimate(candidate.hash);
    const isFull = this.#mainSize() + candidate.bytes > this.#mainBytes;
    // What was asked for once pushes nobody out, even after a time in which the others were not asked for at all.
    if (isFull && frequency < 2) return false;
    while (this.#mainSize() + candidate.bytes > this.#mainBytes) {
      const victim = this.#victim();
      if (frequency <= this.#sketch.estimate(victim.hash)) return false;
      this.#evict(victim);
    }
    return true;
  }

  #move(entry: Entry<V>, list: RecencyList<Entry<V>>): void {
    entry.list.remove(entry);
    entry.list = list;
    list.add(entry);
  }

  #evict(entry: Entry<V>): void {
    this.#remove(entry);
    this.#evictions += 1;
  }

  #remove(entry: Entry<V>): void {
    entry.list.remove(entry);
    this.#entries.delete(entry.key);
  }
}
