/** A queue of keys. A Set would serve but for its time: V8 looks for the first one past all that were removed. */
export class Fifo {
  #keys: number[] = [];
  #first = 0;

  get size(): number {
    return this.#keys.length - this.#first;
  }

  push(key: number): void {
    this.#keys.push(key);
  }

  shift(): number {
    const key = this.#keys[this.#first++] as number;
    if (this.#first > 10_000 && 2 * this.#first > this.#keys.length) {
      this.#keys = this.#keys.slice(this.#first);
      this.#first = 0;
    }
    return key;
  }
}
