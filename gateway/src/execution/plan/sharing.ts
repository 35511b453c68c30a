import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { selectedFields } from './selected-fields.ts';
import type { PlanPath } from './walk-path.ts';

interface PlacedFetch {
  node: FetchNode;
  path: PlanPath;
}

/**
 * Tells of which fetches the answer about one entity may be shared by all the objects that stand for it. Not of those
 * into whose answers another fetch puts something, for that may differ from place to place.
 */
export function createSharing(plan: PlanNode): (node: FetchNode, path: PlanPath) => boolean {
  const fetches = fetchesOf(plan, []);
  return (node, path) => fetches.every((other) => other.node === node || !touches(other, { node, path }));
}

function touches(other: PlacedFetch, { node, path }: PlacedFetch): boolean {
  if (!path.every((step, index) => other.path[index] === step)) return false;
  if (other.path.length > path.length) return true;
  const keys = new Set(selectedFields(node.operation).map(({ key }) => key));
  return selectedFields(other.node.operation).some(({ key }) => keys.has(key));
}

function fetchesOf(node: PlanNode | undefined, path: PlanPath): PlacedFetch[] {
  switch (node?.kind) {
    case 'Fetch':
      return [{ node, path }];
    case 'Flatten':
      return fetchesOf(node.node, [...path, ...node.path.map(String)]);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap((child) => fetchesOf(child, path));
    case 'Condition':
      return [...fetchesOf(node.ifClause, path), ...fetchesOf(node.elseClause, path)];
    default:
      return [];
  }
}
