import type { Policy } from './policy.ts';

/**
 * Belady's optimum (1966), which knows the future: of those in the cache and the one that is asked for, whoever is asked
 * for again last goes. Nothing can hit more often where all are of one size.
 */
export function belady(capacity: number, keys: Uint32Array): Policy {
  const next = nextUses(keys);
  const nextUseOf = new Map<number, number>();
  const heap = new FarthestFirst();
  let at = 0;
  return {
    access(key) {
      const hit = nextUseOf.has(key);
      const nextUse = next[at++] as number;
      nextUseOf.set(key, nextUse);
      heap.push(nextUse, key);
      if (nextUseOf.size > capacity) {
        for (;;) {
          const [use, farthest] = heap.pop();
          // What was asked for since stands further up with a later use, and this is what is left of an earlier one.
          if (nextUseOf.get(farthest) !== use) continue;
          nextUseOf.delete(farthest);
          break;
        }
      }
      return hit;
    },
  };
}

/** For each request, when its key is asked for next; beyond the end where it never is, each at a place of its own. */
function nextUses(keys: Uint32Array): Float64Array {
  const next = new Float64Array(keys.length);
  const seen = new Map<number, number>();
  for (let at = keys.length - 1; at >= 0; at -= 1) {
    const key = keys[at] as number;
    next[at] = seen.get(key) ?? keys.length + at;
    seen.set(key, at);
  }
  return next;
}

/** A binary heap with the farthest use on top. */
class FarthestFirst {
  readonly #uses: number[] = [];
  readonly #keys: number[] = [];

  push(use: number, key: number): void {
    let at = this.#uses.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#uses[parent] as number) >= use) break;
      this.#set(at, this.#uses[parent] as number, this.#keys[parent] as number);
      at = parent;
    }
    this.#set(at, use, key);
  }

  pop(): [use: number, key: number] {
    const top: [number, number] = [this.#uses[0] as number, this.#keys[0] as number];
    const use = this.#uses.pop() as number;
    const key = this.#keys.pop() as number;
    if (this.#uses.length > 0) this.#sink(use, key);
    return top;
  }

  #sink(use: number, key: number): void {
    const { length } = this.#uses;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && (this.#uses[child + 1] as number) > (this.#uses[child] as number)) child += 1;
      if ((this.#uses[child] as number) <= use) break;
      this.#set(at, this.#uses[child] as number, this.#keys[child] as number);
      at = child;
    }
    this.#set(at, use, key);
  }

  #set(at: number, use: number, key: number): void {
    this.#uses[at] = use;
    this.#keys[at] = key;
  }
}
