/** A link of a `RecencyList`. */
export interface Link<T> {
  newer: T | undefined;
  older: T | undefined;
  readonly bytes: number;
}

/** Entries by the time of their last use, with the bytes that they hold; every operation takes constant time. */
export class RecencyList<T extends Link<T>> {
  bytes = 0;
  #newest: T | undefined;
  #oldest: T | undefined;

  get oldest(): T | undefined {
    return this.#oldest;
  }

  /** Adds an entry that is in no list, as the newest. */
  add(entry: T): void {
    entry.newer = undefined;
    entry.older = this.#newest;
    if (this.#newest) this.#newest.newer = entry;
    else this.#oldest = entry;
    this.#newest = entry;
    this.bytes += entry.bytes;
  }

  /** Takes an entry of this list out. */
  remove(entry: T): void {
    if (entry.newer) entry.newer.older = entry.older;
    else this.#newest = entry.older;
    if (entry.older) entry.older.newer = entry.newer;
    else this.#oldest = entry.newer;
    entry.newer = undefined;
    entry.older = undefined;
    this.bytes -= entry.bytes;
  }

  /** Makes an entry of this list the newest. */
  touch(entry: T): void {
    if (entry === this.#newest) return;
    this.remove(entry);
    this.add(entry);
  }

  clear(): void {
    this.#newest = undefined;
    this.#oldest = undefined;
    this.bytes = 0;
  }
}
