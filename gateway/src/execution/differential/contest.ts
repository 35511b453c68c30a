import type { Answer, Executor, Operation } from './answers.ts';
import { type ApolloAnswer, type ApolloExecutor, apolloExecutor } from './apollo-executor.ts';
import { type AtriumAnswer, type AtriumExecutor, atriumExecutor } from './atrium-executor.ts';
import { checkErrors } from './check-errors.ts';
import type { Circumstances } from './circumstances.ts';
import { type ComposedGraph, composeGraph } from './composed-graph.ts';
import type { Graph, Run } from './graph.ts';
import { graphqlExecutor } from './graphql-executor.ts';
import { knownDepartures } from './known-departures.ts';
import { differences } from './normalize.ts';
import { plannerFaults } from './planner-faults.ts';
import { settleOperation } from './settle-operation.ts';

/** A graph with all who execute it. */
export interface Contest {
  composed: ComposedGraph;
  graphql: Executor;
  apollo: ApolloExecutor | undefined;
  atrium: AtriumExecutor;
}

/** Composes a graph and readies all who execute it. */
export async function prepareContest(graph: Graph): Promise<Contest> {
  const composed = composeGraph(graph);
  return {
    composed,
    graphql: graphqlExecutor(composed),
    apollo: graph.beyondApollo === undefined ? await apolloExecutor(composed) : undefined,
    atrium: atriumExecutor(composed),
  };
}

/** Everyone's answer to an operation. */
export interface Answers {
  graphql: Answer | undefined;
  apollo: ApolloAnswer | undefined;
  atrium: AtriumAnswer;
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
  const planned = down.length === 0 ? operation : settleOperation(operation);
  const apollo = planned && (await contest.apollo?.execute(planned, run()));
  return { graphql, apollo, atrium: await contest.atrium.execute(operation, run()) };
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
  if (plannerFaults.some((fault) => fault.meets(operation, composed))) return [];
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
    ...ours.map((difference) => ({ of: 'atrium' as const, ...difference })),
    ...unknown.map((difference) => ({ of: whose, ...difference })),
  ];
}

/** A difference that nothing known explains. */
export type Unexplained = { of: string; kind: string; at?: string };

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
