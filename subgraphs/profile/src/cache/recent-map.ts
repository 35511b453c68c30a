/**
 * A map of at most so many keys that forgets the one that was set longest ago. A plain Map tells its oldest key as
 * well, but looks for it past all that were removed before, which takes long; here every operation takes constant time.
 */
export class RecentMap<V> {
  readonly #values = new Map<string, { readonly value: V; readonly turn: number }>();
  /** The keys by the turn in which they were set, round and round. */
  readonly #ring: (string | undefined)[];
  readonly #onForget: (value: V) => void;
  #turn = 0;

  constructor(maxSize: number, onForget: (value: V) => void = () => {}) {
    this.#ring = Array<string | undefined>(maxSize).fill(undefined);
    this.#onForget = onForget;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    return this.#values.get(key)?.value;
  }

  set(key: string, value: V): void {
    const place = this.#turn % this.#ring.length;
    const former = this.#ring[place];
    if (former !== undefined && former !== key) this.#forget(former);
    this.delete(key);
    this.#ring[place] = key;
    this.#values.set(key, { value, turn: this.#turn });
    this.#turn += 1;
  }

  delete(key: string): void {
    const found = this.#values.get(key);
    if (!found) return;
    this.#ring[found.turn % this.#ring.length] = undefined;
    this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
    this.#ring.fill(undefined);
  }

  #forget(key: string): void {
    const { value } = this.#values.get(key) as { value: V };
    this.#values.delete(key);
    this.#onForget(value);
  }
}
