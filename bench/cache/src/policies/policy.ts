/** A cache that only knows whether a key is in it. */
export interface Policy {
  /** Asks for a key and puts it in where it is missing; whether it was there. */
  access(key: number): boolean;
}
