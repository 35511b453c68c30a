import { describeError, internalMessage } from '@atrium/service-kit';
import type { Logger } from 'pino';
import type {
  CompiledOperation,
  Engine,
  ExecutionContext,
  ExecutionResult,
  OperationToCompile,
  Subgraph,
} from './execution.ts';
import { fragmentsOf } from './fragments.ts';
import { type CompiledPlan, compilePlan, nothingToFetch } from './plan/compile-plan.ts';
import { conditionsOf } from './plan/conditions.ts';
import { findFileVariables } from './plan/files.ts';
import { createMerge } from './plan/merge.ts';
import { PlanKeys } from './plan/plan-keys.ts';
import { prepareOperation } from './plan/prepare-operation.ts';
import type { Run } from './plan/run.ts';
import { createPlanner } from './planner.ts';
import { Responder } from './response/responder.ts';
import { ResponseErrors } from './response/response-errors.ts';
import { Variants } from './variants.ts';

/** What an engine needs. */
export interface EngineOptions {
  supergraphSdl: string;
  subgraph(name: string): Subgraph;
  logger: Logger;
  /** Told whenever something is beyond our compiler and runs on @apollo/gateway's executor. */
  onFallback(reason: string): void;
}

/** Loads a supergraph and makes it executable; throws where it is none. */
export function createEngine(options: EngineOptions): Engine {
  const planner = createPlanner(options.supergraphSdl);
  const { schema, types } = planner;
  const merge = createMerge(types);
  const { subgraph, logger } = options;

  function planFor({ visible }: OperationToCompile, keys: PlanKeys, known?: Run['variables']): CompiledPlan {
    if (!visible) return nothingToFetch;
    const prepared = prepareOperation(visible.document, visible.operation, schema, keys, known);
    const fileVariables = findFileVariables(visible.operation, schema);
    return compilePlan(planner.plan(prepared), { subgraph, types, merge, fileVariables });
  }

  return {
    schema,
    compile(toCompile) {
      const { document, operation, guard } = toCompile;
      const keys = new PlanKeys(planner.names);
      const fragments = fragmentsOf(document);
      const responder = new Responder({ document, operation, guard, types, schema, fragments, keys });
      const general = planFor(toCompile, keys);
      const conditions = conditionsOf(document);
      // One subgraph decides by itself what is skipped; only between several does it matter to the plan.
      const isPlannedAnew = conditions.length > 0 && general.fetches.length > 1;
      const variants = new Variants(conditions, (variables, isKept) => ({
        plan: isPlannedAnew && isKept ? planFor(toCompile, keys, variables) : general,
        form: responder.createForm(variables, { compiled: isKept }),
      }));
      return executable(variants, responder, logger);
    },
  };
}

function executable(variants: Variants, responder: Responder, logger: Logger): CompiledOperation {
  return {
    fallsBack: false,
    execute(variables, context) {
      const run: Run = { variables, context, data: undefined, failures: [] };
      const fail = (error: unknown) => failWhole(error, context, logger);
      try {
        const { plan, form } = variants.of(variables);
        const going = plan.execute?.(run);
        if (!going) return Promise.resolve(responder.respond(run, form, plan.fetches));
        return going.then(() => responder.respond(run, form, plan.fetches)).catch(fail);
      } catch (error) {
        return Promise.resolve(fail(error));
      }
    },
  };
}

/** Whatever nobody foresaw costs the whole response, and nothing of it leaves. */
function failWhole(error: unknown, { request }: ExecutionContext, logger: Logger): ExecutionResult {
  logger.error({ requestId: request.requestId, error: describeError(error) }, 'operation could not be executed');
  const errors = new ResponseErrors(request.requestId);
  errors.add(undefined, { code: 'INTERNAL', message: internalMessage, retryAfterMs: undefined });
  return { body: `{"errors":${errors.toJson()},"data":null}`, errorCodes: errors.codes };
}
