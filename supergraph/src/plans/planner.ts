import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type PlanNode, QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { supportedFeatures } from '../supported-features.ts';

/** One request that the gateway makes to a subgraph for an operation. */
export interface PlannedFetch {
  subgraph: string;
  /** Whether it asks for entities that another fetch found. */
  entities: boolean;
}

/** Plans operations over a supergraph, as the gateway does. */
export type Planner = (document: DocumentNode) => PlannedFetch[];

/** A planner for a composed graph. */
export function createPlanner(supergraphSdl: string): Planner {
  const supergraph = Supergraph.build(supergraphSdl, {
    supportedFeatures: new Set(supportedFeatures),
    validateSupergraph: false,
  });
  const planner = new QueryPlanner(supergraph);
  const apiSchema = supergraph.apiSchema();
  return (document) => {
    const operation = operationFromDocument(apiSchema, document, { validate: false });
    const { node } = planner.buildQueryPlan(operation);
    return node && node.kind !== 'Subscription' ? fetchesOf(node) : [];
  };
}

function fetchesOf(node: PlanNode): PlannedFetch[] {
  switch (node.kind) {
    case 'Fetch':
      return [{ subgraph: node.serviceName, entities: node.requires !== undefined }];
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
