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
  /** Whether no string of the data needs escaping, as far as is known. */
  isPlain: boolean;
  /** How many answers there were: whatever was read from the data before the last of them is of yesterday. */
  answers: number;
  /** The entities that were collected last, by the collection's number in the plan. */
  readonly collected: (Collected | undefined)[];
}

/** The entities of one path, as they were after so many answers. */
export interface Collected {
  entities: Entities;
  answers: number;
}

/** Notes an answer, before its data are merged. */
export function noteAnswer(run: Run, fetch: FetchPlan, answer: SubgraphAnswer, entities: Entities | undefined): void {
  run.answers++;
  if (answer.isPlain !== true) run.isPlain = false;
  if (answer.errors.length > 0) run.failures.push({ fetch, answer, entities });
}

/** Begins an execution. */
export function startRun(variables: Run['variables'], context: ExecutionContext): Run {
  return { variables, context, data: undefined, failures: [], isPlain: true, answers: 0, collected: [] };
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
