import type { Logger } from 'pino';
import type { CompiledOperation, Engine, OperationToCompile, Subgraph } from './execution.ts';
import { FallenOperation, prepareFallback } from './fallback.ts';
import { fragmentsOf } from './fragments.ts';
import { BeyondCompiler } from './plan/beyond-compiler.ts';
import { type CompiledPlan, compilePlan, nothingToFetch } from './plan/compile-plan.ts';
import { conditionsOf } from './plan/conditions.ts';
import { findFileVariables } from './plan/files.ts';
import { createMerge, type Merge } from './plan/merge.ts';
import { PlanKeys } from './plan/plan-keys.ts';
import { prepareOperation } from './plan/prepare-operation.ts';
import type { Run } from './plan/run.ts';
import { PlannedOperation } from './planned-operation.ts';
import { createPlanner, type Planner } from './planner.ts';
import { Responder } from './response/responder.ts';
import { Variants } from './variants.ts';

/** What an engine needs. */
export interface EngineOptions {
  supergraphSdl: string;
  subgraph(name: string): Subgraph;
  logger: Logger;
  /** Told whenever something is beyond our compiler: when it is compiled, and each time that it is executed. */
  onFallback(reason: string): void;
  /** A reason why an operation is to run on @apollo/gateway's executor though it might be compiled, to compare them. */
  avoidCompiler?(operation: OperationToCompile): string | undefined;
}

/**
 * Loads a supergraph and makes it executable; throws where it is none. To compile an operation throws QUERY_TOO_COMPLEX
 * where the planner gives up.
 */
export function createEngine(options: EngineOptions): Engine {
  const planner = createPlanner(options.supergraphSdl);
  const compiler = new OperationCompiler(planner, options);
  return { schema: planner.schema, compile: (operation) => compiler.compile(operation) };
}

class OperationCompiler {
  readonly #planner: Planner;
  readonly #options: EngineOptions;
  readonly #merge: Merge;

  constructor(planner: Planner, options: EngineOptions) {
    this.#planner = planner;
    this.#options = options;
    this.#merge = createMerge(planner.types);
  }

  compile(toCompile: OperationToCompile): CompiledOperation {
    const { document, operation, guard } = toCompile;
    const { names, schema, types } = this.#planner;
    const keys = new PlanKeys(names);
    const fragments = fragmentsOf(document);
    const responder = new Responder({ document, operation, guard, types, schema, fragments, keys });
    try {
      const reason = this.#options.avoidCompiler?.(toCompile);
      if (reason !== undefined) throw new BeyondCompiler(reason);
      return new PlannedOperation(this.#variants(toCompile, keys, responder), responder, types, this.#options.logger);
    } catch (error) {
      if (!(error instanceof BeyondCompiler)) throw error;
      const { onFallback, logger, subgraph } = this.#options;
      onFallback(error.message);
      const execute = prepareFallback(toCompile, keys, { planner: this.#planner, subgraph });
      return new FallenOperation(execute, responder, logger, () => onFallback(error.message));
    }
  }

  #variants(toCompile: OperationToCompile, keys: PlanKeys, responder: Responder): Variants {
    const general = this.#planFor(toCompile, keys);
    const conditions = conditionsOf(toCompile.document);
    // One subgraph decides by itself what is skipped; only between several does it matter to the plan.
    const isPlannedAnew = conditions.length > 0 && general.fetches.length > 1;
    return new Variants(conditions, (variables, isKept) => ({
      plan: isPlannedAnew && isKept ? this.#planAnew(toCompile, keys, variables, general) : general,
      form: responder.createForm(variables, { compiled: isKept }),
    }));
  }

  /** A plan for conditions that are known; the one for all, where the planner has no other. */
  #planAnew(toCompile: OperationToCompile, keys: PlanKeys, known: Run['variables'], general: CompiledPlan) {
    try {
      return this.#planFor(toCompile, keys, known);
    } catch {
      return general;
    }
  }

  #planFor({ visible }: OperationToCompile, keys: PlanKeys, known?: Run['variables']): CompiledPlan {
    if (!visible) return nothingToFetch;
    const { schema, types } = this.#planner;
    const prepared = prepareOperation(visible.document, visible.operation, schema, keys, known);
    const fileVariables = findFileVariables(visible.operation, schema);
    const { subgraph } = this.#options;
    return compilePlan(this.#planner.plan(prepared), { subgraph, types, merge: this.#merge, fileVariables });
  }
}
