/** What differs from one execution of an operation to the next. */
export interface Circumstances {
  /** The seed of the faults; 0 for none. */
  faultSeed: number;
  /** The subgraphs that do not answer. */
  down: readonly string[];
}
