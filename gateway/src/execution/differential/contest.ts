import type { Answer, Executor, Operation } from './answers.ts';
import { type ApolloAnswer, type ApolloExecutor, apolloExecutor } from './apollo-executor.ts';
import { type ComposedGraph, composeGraph } from './composed-graph.ts';
import type { Graph, Run } from './graph.ts';
import { graphqlExecutor } from './graphql-executor.ts';
import { knownDepartures } from './known-departures.ts';
import { type Difference, differences } from './normalize.ts';
import { plannerFaults } from './planner-faults.ts';

/** A graph with all who execute it. */
export interface Contest {
  composed: ComposedGraph;
  graphql: Executor;
  apollo: ApolloExecutor | undefined;
}

/** One execution: the seed of its faults, and the subgraphs that are down. */
export interface Circumstances {
  faultSeed: number;
  down: readonly string[];
}

/** Composes a graph and readies all who execute it. */
export async function prepareContest(graph: Graph): Promise<Contest> {
  const composed = composeGraph(graph);
  return {
    composed,
    graphql: graphqlExecutor(composed),
    apollo: graph.beyondApollo === undefined ? await apolloExecutor(composed) : undefined,
  };
}

/** Everyone's answer to an operation. */
export interface Answers {
  graphql: Answer | undefined;
  apollo: ApolloAnswer | undefined;
}

/** Asks everyone. What is left when a subgraph is down graphql-js can say of isolated graphs only. */
export async function ask(
  contest: Contest,
  operation: Operation,
  { faultSeed, down }: Circumstances,
): Promise<Answers> {
  const run = (): Run => ({ faultSeed, down: new Set(down), journal: [] });
  const { graph } = contest.composed;
  const graphql = down.length === 0 || graph.isolated ? await contest.graphql.execute(operation, run()) : undefined;
  return { graphql, apollo: await contest.apollo?.execute(operation, run()) };
}

/** What nobody explains among the differences of the answers; each with whose it is. */
export function unexplained(operation: Operation, { graphql, apollo }: Answers): (Difference & { of: string })[] {
  if (plannerFaults.some((fault) => fault.meets(operation))) return [];
  if (!graphql || !apollo) return [];
  return differences(graphql, apollo)
    .filter((difference) => !knownDepartures.some((departure) => departure.explains(difference, operation, apollo)))
    .map((difference) => ({ ...difference, of: '@apollo/gateway' }));
}

/** A failure in words: what to run again, and who answered what. */
export function report(operation: Operation, circumstances: Circumstances, answers: Answers, found: unknown): string {
  const { text, variables } = operation;
  return [
    `The answers differ: ${JSON.stringify(found)}`,
    text,
    `variables ${JSON.stringify(variables)}, ${JSON.stringify(circumstances)}`,
    ...Object.entries(answers).map(([name, answer]) => `${name}: ${JSON.stringify(answer, null, 1)}`),
  ].join('\n');
}
