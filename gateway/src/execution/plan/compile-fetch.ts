import type { FetchNode } from '@apollo/query-planner';
import type { Subgraph, SubgraphFetch } from '../execution.ts';
import type { SupergraphTypes } from '../planner.ts';
import type { Collect } from './collection.ts';
import { contextVariable } from './context-arguments.ts';
import { takeFiles } from './files.ts';
import type { Merge } from './merge.ts';
import { compileRepresentation, type Represent } from './representation.ts';
import { prepareBody, type UsedVariable } from './request-body.ts';
import type { Run } from './run.ts';
import { clientVariable } from './variable-names.ts';
import type { PlanPath } from './walk-path.ts';

/** A fetch of a plan and where its answer goes. */
export interface FetchPlan {
  readonly node: FetchNode;
  readonly path: PlanPath;
  /** Undefined where this is no fetch of entities. */
  readonly represent: Represent | undefined;
}

/** What fetches are compiled with. */
export interface FetchTools {
  subgraph(name: string): Subgraph;
  types: SupergraphTypes;
  merge: Merge;
  /** The variables, by the client's names, in which files may be. */
  fileVariables: ReadonlySet<string>;
  /** Whether objects that stand for one entity may share what a fetch brought for it. */
  mayShare(node: FetchNode, path: PlanPath): boolean;
  /** How the entities of a fetch are collected. */
  collection(fetch: FetchPlan & { represent: Represent }): Collect;
}

/** A fetch of a plan, with its representations compiled. */
export function describeFetch(node: FetchNode, path: PlanPath, tools: FetchTools): FetchPlan {
  const represent = node.requires && compileRepresentation(node.requires, node.inputRewrites, tools);
  return { node, path, represent };
}

/** Makes the request of a fetch out of a run's variables and, for entities, of their representations. */
export type PrepareRequest = (
  variables: Run['variables'],
  entities: { text: string; count: number } | undefined,
) => SubgraphFetch;

/** Prepares the requests of a fetch. */
export function prepareRequest(node: FetchNode, { fileVariables }: FetchTools): PrepareRequest {
  const used = usedVariables(node);
  const body = prepareBody(node.operation, used);
  const isRead = node.operationKind === 'query';
  const files = takeFiles(used, fileVariables);
  return (variables, entities) => {
    const taken = files?.(variables);
    const values = taken?.variables ?? variables;
    return {
      body: entities === undefined ? body.ofRoot(values) : body.ofEntities(values, entities.text),
      entityCount: entities?.count,
      isRead,
      uploads: taken?.uploads,
    };
  };
}

function usedVariables({ variableUsages = [], contextRewrites = [] }: FetchNode): UsedVariable[] {
  const contextual = new Set(contextRewrites.map(({ renameKeyTo }) => renameKeyTo));
  return variableUsages
    .filter((name) => name !== 'representations')
    .map((name) => ({ name, from: contextual.has(name) ? contextVariable(name) : clientVariable(name) }));
}
