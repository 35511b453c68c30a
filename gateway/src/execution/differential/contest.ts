import type { Answer, Executor, Operation } from './answers.ts';
import { type ApolloAnswer, type ApolloExecutor, apolloExecutor } from './apollo-executor.ts';
import { type AtriumAnswer, type AtriumExecutor, atriumExecutor } from './atrium-executor.ts';
import type { Circumstances } from './circumstances.ts';
import { type ComposedGraph, composeGraph } from './composed-graph.ts';
import type { Graph, Run } from './graph.ts';
import { graphqlExecutor } from './graphql-executor.ts';
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
