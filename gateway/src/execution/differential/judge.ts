import type { Operation } from './answers.ts';
import type { ApolloAnswer } from './apollo-executor.ts';
import { checkErrors } from './check-errors.ts';
import type { Circumstances } from './circumstances.ts';
import type { ComposedGraph } from './composed-graph.ts';
import { type Answers, ask, type Contest } from './contest.ts';
import { knownDepartures } from './known-departures.ts';
import { differences } from './normalize.ts';
import { plannerFaults } from './planner-faults.ts';

/** What came of one operation that was answered alike. */
export interface Verdict {
  hasErrors: boolean;
  /** @apollo/gateway differs, for a reason that is known. */
  isDeparture: boolean;
  /** Ours differs, for what the planner is known to do wrong. */
  isPlannerFault: boolean;
}

/** A difference that nothing known explains. */
export interface Unexplained {
  of: string;
  kind: string;
  at?: string;
}

/** Asks everyone and compares; throws where a difference is not explained. */
export async function judge(contest: Contest, operation: Operation, circumstances: Circumstances): Promise<Verdict> {
  const answers = await ask(contest, operation, circumstances).catch((error: unknown) => {
    throw new Error(report(operation, circumstances, 'An executor broke down.'), { cause: error });
  });
  const { composed } = contest;
  const found = unexplained(composed, operation, circumstances, answers);
  if (found.length > 0) {
    const told = Object.entries(answers).map(([name, answer]) => `${name}: ${JSON.stringify(answer, null, 1)}`);
    throw new Error(report(operation, circumstances, `The answers differ: ${JSON.stringify(found)}`, ...told));
  }
  const { graphql, apollo, atrium } = answers;
  return {
    hasErrors: atrium.errors.length > 0,
    isDeparture: apollo !== undefined && differences(graphql ?? atrium, apollo).length > 0,
    isPlannerFault: graphql !== undefined && differences(graphql, atrium).length > 0,
  };
}

/** What nobody explains among the differences of the answers; each with whose it is. */
export function unexplained(
  composed: ComposedGraph,
  operation: Operation,
  circumstances: Circumstances,
  { graphql, apollo, atrium }: Answers,
): Unexplained[] {
  const { fallback } = atrium;
  if (fallback !== undefined) return [{ of: 'atrium', kind: 'fallback', at: fallback }];
  if (plannerFaults.some((fault) => fault.meets(operation, composed, circumstances))) return [];
  const ours = [...checkErrors(atrium), ...(graphql ? differences(graphql, atrium) : [])];
  const right = graphql ?? atrium;
  const theirs = apollo ? differences(right, apollo) : [];
  const unknown = theirs.filter((difference) => {
    const departure = { difference, operation, circumstances, apollo: apollo as ApolloAnswer, right, composed };
    return !knownDepartures.some(({ explains }) => explains(departure));
  });
  // Where graphql-js cannot decide the difference may as well be ours.
  const whose = graphql ? '@apollo/gateway' : 'atrium or @apollo/gateway';
  return [
    ...ours.map((difference) => ({ of: 'atrium', ...difference })),
    ...unknown.map((difference) => ({ of: whose, ...difference })),
  ];
}

/** A failure in words: what happened, and what to run to see it again. */
function report({ text, variables }: Operation, circumstances: Circumstances, what: string, ...told: string[]): string {
  return [what, text, `variables ${JSON.stringify(variables)}, ${JSON.stringify(circumstances)}`, ...told].join('\n');
}
