import type { FieldGuard } from '../execution.ts';
import type { JsonObject } from '../plan/run.ts';
import { compileWriter, type Introspect, type QuickWriter } from './compile-writer.ts';
import type { ResponseShape } from './response-shape.ts';

/** The quick writers of a response, compiled when they are first needed. */
export class Writers {
  readonly #shape: ResponseShape;
  readonly #guard: FieldGuard;
  readonly #introspect: Introspect;
  #plain: QuickWriter | undefined;
  #careful: QuickWriter | undefined;

  constructor(shape: ResponseShape, guard: FieldGuard, introspect: Introspect) {
    this.#shape = shape;
    this.#guard = guard;
    this.#introspect = introspect;
  }

  /** Writes data; those that are plain have no string that needs escaping. */
  write(data: JsonObject, isPlain: boolean): string | undefined {
    if (isPlain) {
      this.#plain ??= compileWriter(this.#shape, this.#guard, this.#introspect, true);
      return this.#plain(data);
    }
    this.#careful ??= compileWriter(this.#shape, this.#guard, this.#introspect, false);
    return this.#careful(data);
  }
}
