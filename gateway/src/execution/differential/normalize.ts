import type { Path } from '../subgraph-answer.ts';
import type { Answer } from './answers.ts';
import { canonical } from './hash.ts';

/** An answer in the form in which answers are compared. */
export interface NormalizedAnswer {
  /** The data as JSON text: the order of keys counts, for the specification (7.2.2) fixes it. */
  data: string;
  /** Where errors show, as JSON paths in order. */
  errorsAt: readonly string[];
}

/**
 * Brings the answers of executors that need not agree to the letter to what they must agree on:
 *
 * 1. Messages, locations and extensions are not compared: graphql-js tells what a resolver said, a gateway what may
 *    leave it.
 * 2. The order of errors is not compared: the specification (7.1.2) leaves it open, and fetches run in parallel.
 * 3. An error stands for the null that shows it. Where a null went up to its parent (6.4.4), several errors may have
 *    sent it there, of which a server may tell any; each of them counts as one at the place of the null.
 * 4. An error at a place that the response does not have is left out. A planner asks for more than the client did
 *    (keys, and what a field `@requires`), and a subgraph may fail there.
 */
export function normalize({ data, errors }: Answer): NormalizedAnswer {
  const places = errors.map(({ path }) => whereShown(path, data)).filter((place) => place !== undefined);
  return { data: JSON.stringify(data) ?? 'none', errorsAt: [...new Set(places)].sort() };
}

/** The path of the null that shows an error at this path; undefined where the response has no such place. */
export function whereShown(path: Path | undefined, data: unknown): string | undefined {
  if (path === undefined) return 'everywhere';
  let value = data;
  const walked: Path[number][] = [];
  for (const step of path) {
    if (value === null || value === undefined) break;
    if (typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
    walked.push(step);
  }
  return value === null || value === undefined ? JSON.stringify(walked) : `${JSON.stringify(walked)} has a value`;
}

/** Something in which an answer differs from the one that is right. */
export type Difference =
  /** The data, or only the order of their keys. */
  { kind: 'data' | 'order' } | { kind: 'error missing' | 'error unexpected'; at: string };

/** What an answer differs in from the one that is right; nothing where they agree. */
export function differences(right: Answer, answer: Answer): Difference[] {
  const [a, b] = [normalize(right), normalize(answer)];
  if (a.data !== b.data) {
    // Where the data differ the places of errors do as well, and say nothing more.
    if (canonical(right.data) !== canonical(answer.data)) return [{ kind: 'data' }];
  }
  return [
    ...(a.data === b.data ? [] : [{ kind: 'order' as const }]),
    ...a.errorsAt.filter((at) => !b.errorsAt.includes(at)).map((at) => ({ kind: 'error missing' as const, at })),
    ...b.errorsAt.filter((at) => !a.errorsAt.includes(at)).map((at) => ({ kind: 'error unexpected' as const, at })),
  ];
}
