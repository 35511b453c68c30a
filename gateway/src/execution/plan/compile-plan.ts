import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { BeyondCompiler } from './beyond-compiler.ts';
import { Collections } from './collection.ts';
import { describeFetch, type FetchPlan, type FetchTools } from './compile-fetch.ts';
import { compileEntityFetch } from './entity-fetch.ts';
import { compileRootFetch } from './root-fetch.ts';
import type { Run, Step } from './run.ts';
import { createSharing } from './sharing.ts';
import { clientVariable } from './variable-names.ts';
import type { PlanPath } from './walk-path.ts';

/** A plan that can be executed. */
export interface CompiledPlan {
  /** Undefined where there is nothing to fetch. */
  readonly execute: Step | undefined;
  /** Every fetch of it, in the plan's order. */
  readonly fetches: readonly FetchPlan[];
}

/** The plan of an operation that no subgraph needs to be asked for. */
export const nothingToFetch: CompiledPlan = { execute: undefined, fetches: [] };

/** Compiles a query plan; throws `BeyondCompiler` for what it cannot handle. */
export function compilePlan(plan: QueryPlan, tools: Omit<FetchTools, 'mayShare' | 'collection'>): CompiledPlan {
  const { node } = plan;
  if (!node) return nothingToFetch;
  if (node.kind === 'Subscription') throw new BeyondCompiler('subscription');
  const fetches: FetchPlan[] = [];
  const mayShare = createSharing(node);
  const collections = new Collections();
  const collection: FetchTools['collection'] = (fetch) => collections.of(fetch);
  return { execute: compileNode(node, [], { ...tools, mayShare, collection, fetches }), fetches };
}

type Tools = FetchTools & { fetches: FetchPlan[] };

function compileNode(node: PlanNode, path: PlanPath, tools: Tools): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, path, tools);
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path.map(String)], tools);
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compileNode(child, path, tools)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compileNode(child, path, tools)));
    case 'Condition': {
      const variable = clientVariable(node.condition);
      const whenTrue = node.ifClause && compileNode(node.ifClause, path, tools);
      const whenFalse = node.elseClause && compileNode(node.elseClause, path, tools);
      return (run) => (run.variables[variable] === true ? whenTrue : whenFalse)?.(run);
    }
    default:
      throw new BeyondCompiler(`plan node ${node.kind}`);
  }
}

function compileFetch(node: FetchNode, path: PlanPath, tools: Tools): Step {
  const fetch = describeFetch(node, path, tools);
  tools.fetches.push(fetch);
  const { represent } = fetch;
  return represent ? compileEntityFetch({ ...fetch, represent }, tools) : compileRootFetch(fetch, tools);
}

/** One after another; a step that failed has left its mark in the run, and the next one does what it still can. */
function inSequence(steps: readonly Step[]): Step {
  const [only] = steps;
  if (steps.length === 1 && only) return only;
  const from = (run: Run, first: number): Promise<void> | undefined => {
    for (let index = first; index < steps.length; index++) {
      const going = steps[index]?.(run);
      if (going) return going.then(() => from(run, index + 1));
    }
    return undefined;
  };
  return (run) => from(run, 0);
}

function inParallel(steps: readonly Step[]): Step {
  return (run) => {
    const going: Promise<void>[] = [];
    for (const step of steps) {
      const one = step(run);
      if (one) going.push(one);
    }
    return going.length > 1 ? Promise.all(going).then(ignore) : going[0];
  };
}

function ignore(): void {}
