/**
 * The memory that the bodies of all requests under way may take together. Several of one caller have half of it at
 * most, so that whoever sends much leaves room for those who send little. One that is larger than all goes alone.
 */
export class BodyBytes {
  readonly #max: number;
  readonly #held = new Map<string, number>();
  #taken = 0;
  refused = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes so many bytes for a caller, if they are there; `give` must follow. */
  take(caller: string, bytes: number): boolean {
    const held = this.#held.get(caller) ?? 0;
    const fits = this.#taken + bytes <= this.#max && (held === 0 || held + bytes <= this.#max / 2);
    if (!fits && this.#taken > 0) {
      this.refused++;
      return false;
    }
    this.#taken += bytes;
    this.#held.set(caller, held + bytes);
    return true;
  }

  give(caller: string, bytes: number): void {
    const held = (this.#held.get(caller) ?? 0) - bytes;
    this.#taken -= bytes;
    if (held > 0) this.#held.set(caller, held);
    else this.#held.delete(caller);
  }
}
