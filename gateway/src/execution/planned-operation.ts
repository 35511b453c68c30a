import { describeError, internalMessage } from '@atrium/service-kit';
import type { Logger } from 'pino';
import type { CompiledOperation, ExecutionContext, ExecutionResult } from './execution.ts';
import { type Run, startRun } from './plan/run.ts';
import type { SupergraphTypes } from './planner.ts';
import { placeFailures } from './response/place-failures.ts';
import type { Responder } from './response/responder.ts';
import { ResponseErrors } from './response/response-errors.ts';
import type { Variant, Variants } from './variants.ts';

/** An operation that runs on our own executor. */
export class PlannedOperation implements CompiledOperation {
  readonly fallsBack = false;
  readonly #variants: Variants;
  readonly #responder: Responder;
  readonly #types: SupergraphTypes;
  readonly #logger: Logger;

  constructor(variants: Variants, responder: Responder, types: SupergraphTypes, logger: Logger) {
    this.#variants = variants;
    this.#responder = responder;
    this.#types = types;
    this.#logger = logger;
  }

  execute(variables: Record<string, unknown>, context: ExecutionContext): Promise<ExecutionResult> {
    try {
      const run = startRun(variables, context);
      const variant = this.#variants.of(variables);
      const going = variant.plan.execute?.(run);
      if (!going) return Promise.resolve(this.#respond(run, variant));
      return going
        .then(() => this.#respond(run, variant))
        .catch((error: unknown) => failWhole(error, context, this.#logger));
    } catch (error) {
      return Promise.resolve(failWhole(error, context, this.#logger));
    }
  }

  #respond(run: Run, { plan, form }: Variant): ExecutionResult {
    if (run.failures.length === 0) return this.#responder.respond(run, form);
    return this.#responder.respond(run, form, (errors, paths) =>
      placeFailures(run, { fetches: plan.fetches, types: this.#types, paths, errors }),
    );
  }
}

/** Whatever nobody foresaw costs the whole response, and nothing of it leaves. */
export function failWhole(error: unknown, { request }: ExecutionContext, logger: Logger): ExecutionResult {
  logger.error({ requestId: request.requestId, error: describeError(error) }, 'operation could not be executed');
  const errors = new ResponseErrors(request.requestId);
  errors.add(undefined, { code: 'INTERNAL', message: internalMessage, retryAfterMs: undefined });
  return { body: `{"errors":${errors.toJson()},"data":null}`, errorCodes: errors.codes };
}
