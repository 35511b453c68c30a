/** A supergraph made for the differential test: SDL that people can read, and what the data must obey. */
export interface Graph {
  name: string;
  /** The SDL of each subgraph by its name, without the `@link` to the federation specification. */
  subgraphs: Record<string, string>;
  /** The types that have a key, each with the paths of leaf fields that tell which of them it is: `['id', 'pkg.code']`. */
  entities: Record<string, readonly string[]>;
  /** Fields whose value has the key of the object they stand on, by coordinate: the parts of a nested key. */
  sameKey?: Record<string, string>;
  /** Interfaces whose implementations share one set of keys, so that an interface object's key tells the type. */
  families?: Record<string, readonly string[]>;
  /** What a union, interface or enum may be, by its name; what is left out may be anything the public schema knows. */
  choices?: Record<string, readonly string[]>;
  /** Coordinates of fields that are never null and never fail; a type's name alone stands for all its fields. */
  steady?: readonly string[];
  /** Which entities a subgraph may not find; it must reach the type by `_entities` alone. */
  absent?: readonly { subgraph: string; type: string }[];
  /** Arguments that a field gets by `@fromContext`, with the coordinate that they are read from; keys are alike. */
  contextual?: Record<string, { argument: string; from: string }>;
  /** Names of inaccessible arguments and input fields: their defaults reach the subgraph, and nobody else. */
  unseenArguments?: readonly string[];
  /** @apollo/gateway cannot run it, for this reason. */
  beyondApollo?: string;
  /**
   * Whether a field depends on its one subgraph alone: no `@requires`, nothing shareable but keys, every key known
   * wherever a reference is. Then graphql-js alone can say what is left when a subgraph is down.
   */
  isolated?: boolean;
}

/** What differs from one execution to the next. */
export interface Run {
  /** Where faults strike; 0 for none. */
  readonly faultSeed: number;
  /** The subgraphs that do not answer. */
  readonly down: ReadonlySet<string>;
  /** What was changed, in order: the values of mutations depend on it. */
  readonly journal: string[];
}
