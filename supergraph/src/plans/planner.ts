import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type FetchNode, type PlanNode, QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { supportedFeatures } from '../supported-features.ts';

export type { FetchNode } from '@apollo/query-planner';

/** Plans an operation over a supergraph as the gateway does: each request that it makes to a subgraph for it. */
export type Planner = (document: DocumentNode) => FetchNode[];

/** A planner for a composed graph. */
export function createPlanner(supergraphSdl: string): Planner {
  const supergraph = Supergraph.build(supergraphSdl, {
    supportedFeatures: new Set(supportedFeatures),
    validateSupergraph: false,
  });
  const planner = new QueryPlanner(supergraph, { reuseQueryFragments: false });
  const apiSchema = supergraph.apiSchema();
  return (document) => {
    const operation = operationFromDocument(apiSchema, document, { validate: false });
    const { node } = planner.buildQueryPlan(operation);
    return node && node.kind !== 'Subscription' ? fetchesOf(node) : [];
  };
}

function fetchesOf(node: PlanNode): FetchNode[] {
  switch (node.kind) {
    case 'Fetch':
      return [node];
    case 'Flatten':
      return fetchesOf(node.node);
    case 'Parallel':
    case 'Sequence':
      return node.nodes.flatMap(fetchesOf);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((each) => (each ? fetchesOf(each) : []));
    case 'Defer':
      return [node.primary.node, ...node.deferred.map((each) => each.node)].flatMap((each) =>
        each ? fetchesOf(each) : [],
      );
  }
}
