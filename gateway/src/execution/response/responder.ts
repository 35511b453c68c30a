import type { ErrorCode } from '@atrium/service-kit';
import { type DocumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql';
import type { ExecutionResult, FieldGuard } from '../execution.ts';
import type { CompiledPlan } from '../plan/compile-plan.ts';
import type { Run } from '../plan/run.ts';
import type { SupergraphTypes } from '../planner.ts';
import { compileWriter, type QuickWriter } from './compile-writer.ts';
import { completeResponse } from './complete-response.ts';
import { Introspection } from './introspection.ts';
import { placeFailures } from './place-failures.ts';
import { ResponseErrors } from './response-errors.ts';
import { ResponsePaths } from './response-paths.ts';
import { ResponseShape, type ShapeSource } from './response-shape.ts';

const noCodes: readonly ErrorCode[] = [];

/** A document has so many shapes for its `@skip` and `@include` variables that are kept; others are made each time. */
const maxShapes = 16;

interface KnownShape {
  shape: ResponseShape;
  write: QuickWriter | undefined;
}

/** What the responses of one operation are made of. */
export interface ResponderOptions extends ShapeSource {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  guard: FieldGuard;
  types: SupergraphTypes;
}

/** Makes the responses of one operation from the merged data of its runs. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #introspection: Introspection;
  readonly #conditions: readonly string[];
  readonly #shapes = new Map<string, KnownShape>();

  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#introspection = new Introspection(options.document, options.operation);
    this.#conditions = conditionsOf(options.document);
  }

  /** The response for a run that is over. */
  respond(run: Run, fetches: CompiledPlan['fetches']): ExecutionResult {
    const { shape, write } = this.#shapeFor(run.variables);
    const data = run.data ?? {};
    const quick = write?.(data);
    if (quick !== undefined && run.failures.length === 0) {
      return { body: `{"data":${quick}}`, errorCodes: noCodes };
    }
    const errors = new ResponseErrors(run.context.request.requestId);
    if (run.failures.length > 0) {
      const paths = new ResponsePaths(this.#options.operation, this.#options, run.variables);
      placeFailures(run, { fetches, types: this.#options.types, paths, errors });
    }
    const introspect = (field: Parameters<Introspection['execute']>[0]) =>
      this.#introspection.execute(field, shape, run.variables);
    const text = quick ?? completeResponse(data, { shape, guard: this.#options.guard, errors, introspect });
    if (errors.count === 0) return { body: `{"data":${text}}`, errorCodes: noCodes };
    return { body: `{"errors":${errors.toJson()},"data":${text}}`, errorCodes: errors.codes };
  }

  #shapeFor(variables: Run['variables']): KnownShape {
    let name = '';
    for (const condition of this.#conditions) name += variables[condition] === true ? '1' : '0';
    const known = this.#shapes.get(name);
    if (known) return known;
    const shape = new ResponseShape(this.#options.operation, this.#options, variables);
    // Whoever tries every combination of conditions gets responses, but no compiled code.
    if (this.#shapes.size >= maxShapes) return { shape, write: undefined };
    const introspect = (field: Parameters<Introspection['textOf']>[0]) => this.#introspection.textOf(field, shape);
    const made = { shape, write: compileWriter(shape, this.#options.guard, introspect) };
    this.#shapes.set(name, made);
    return made;
  }
}

/** The variables that decide on `@skip` and `@include`. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(node) {
      if (node.name.value !== 'skip' && node.name.value !== 'include') return;
      for (const { value } of node.arguments ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
