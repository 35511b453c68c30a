import type { ExecutionContext } from '../execution.ts';
import type { SubgraphAnswer } from '../subgraph-answer.ts';
import type { FetchPlan } from './compile-fetch.ts';
import type { Entities } from './entities.ts';

/** An object of GraphQL data. */
export type JsonObject = Record<string, unknown>;

/** One execution of a plan. */
export interface Run {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: ExecutionContext;
  /** What the subgraphs answered, merged; undefined until the first of them did. */
  data: JsonObject | undefined;
  /** The fetches that did not go well, in the order of their answers. */
  readonly failures: Failure[];
}

/** A fetch whose answer told errors. */
export interface Failure {
  readonly fetch: FetchPlan;
  readonly answer: SubgraphAnswer;
  /** What it asked for; undefined where it was no fetch of entities. */
  readonly entities: Entities | undefined;
}

/** A part of a plan; it never rejects. Nothing is returned where there was nothing to wait for. */
export type Step = (run: Run) => Promise<void> | undefined;
