import type { ErrorCode } from '@atrium/service-kit';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { ExecutionResult, FieldGuard } from '../execution.ts';
import type { Run } from '../plan/run.ts';
import type { SupergraphTypes } from '../planner.ts';
import { completeResponse } from './complete-response.ts';
import { Introspection } from './introspection.ts';
import { ResponseErrors } from './response-errors.ts';
import { ResponsePaths } from './response-paths.ts';
import { type ResponseField, ResponseShape, type ShapeSource } from './response-shape.ts';
import { Writers } from './writers.ts';

const noCodes: readonly ErrorCode[] = [];

/** What the responses of one operation are made of. */
export interface ResponderOptions extends ShapeSource {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  guard: FieldGuard;
  types: SupergraphTypes;
}

/** The form of an operation's responses, once it is known what is skipped and included. */
export interface ResponseForm {
  readonly shape: ResponseShape;
  /** Undefined where the response is not compiled. */
  readonly writers: Writers | undefined;
}

/** Makes the responses of one operation from the merged data of its runs. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #introspection: Introspection;

  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#introspection = new Introspection(options.document, options.operation);
  }

  /** The form of the responses to requests whose conditions are like these. */
  createForm(variables: Run['variables'], { compiled }: { compiled: boolean }): ResponseForm {
    const shape = new ResponseShape(this.#options.operation, this.#options, variables);
    if (!compiled) return { shape, writers: undefined };
    const introspect = (field: ResponseField) => this.#introspection.textOf(field, shape);
    return { shape, writers: new Writers(shape, this.#options.guard, introspect) };
  }

  /** The response for a run that is over; `tell` adds the errors of its subgraphs, where there are any. */
  respond(run: Run, { shape, writers }: ResponseForm, tell?: TellErrors): ExecutionResult {
    const data = run.data ?? {};
    const quick = writers?.write(data, run.isPlain);
    if (quick !== undefined && !tell) return { body: `{"data":${quick}}`, errorCodes: noCodes };
    const errors = new ResponseErrors(run.context.request.requestId);
    tell?.(errors, new ResponsePaths(this.#options, run.variables));
    const introspect = (field: ResponseField) => this.#introspection.execute(field, shape, run.variables);
    const text = quick ?? completeResponse(data, { shape, guard: this.#options.guard, errors, introspect });
    if (errors.count === 0) return { body: `{"data":${text}}`, errorCodes: noCodes };
    return { body: `{"errors":${errors.toJson()},"data":${text}}`, errorCodes: errors.codes };
  }
}

/** Adds errors at places of the response. */
export type TellErrors = (errors: ResponseErrors, paths: ResponsePaths) => void;
