import { describeError, internalMessage } from '@atrium/service-kit';
import type { Logger } from 'pino';
import type { CompiledOperation, Engine, ExecutionContext, ExecutionResult, Subgraph } from './execution.ts';
import { type CompiledPlan, compilePlan } from './plan/compile-plan.ts';
import { findFileVariables } from './plan/files.ts';
import { createMerge } from './plan/merge.ts';
import { PlanKeys } from './plan/plan-keys.ts';
import { prepareOperation } from './plan/prepare-operation.ts';
import type { Run } from './plan/run.ts';
import { createPlanner } from './planner.ts';
import { Responder } from './response/responder.ts';
import { ResponseErrors } from './response/response-errors.ts';
import { fragmentsOf } from './response/response-shape.ts';

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
  return {
    schema,
    compile(toCompile) {
      const { document, operation, visible, guard } = toCompile;
      const keys = new PlanKeys(planner.names);
      const fragments = fragmentsOf(document);
      const responder = new Responder({ document, operation, guard, types, schema, fragments, keys });
      if (!visible) return executable(undefined, responder, logger);
      const prepared = prepareOperation(visible.document, visible.operation, schema, keys);
      const fileVariables = findFileVariables(visible.operation, schema);
      const plan = compilePlan(planner.plan(prepared), { subgraph, types, merge, fileVariables });
      return executable(plan, responder, logger);
    },
  };
}

function executable(plan: CompiledPlan | undefined, responder: Responder, logger: Logger): CompiledOperation {
  const fetches = plan?.fetches ?? [];
  return {
    fallsBack: false,
    execute(variables, context) {
      const run: Run = { variables, context, data: undefined, failures: [] };
      const respond = () => responder.respond(run, fetches);
      const fail = (error: unknown) => failWhole(error, context, logger);
      try {
        const going = plan?.execute?.(run);
        return going ? going.then(respond).catch(fail) : Promise.resolve(respond());
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
