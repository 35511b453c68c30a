import type { CompiledPlan } from './plan/compile-plan.ts';
import type { ResponseForm } from './response/responder.ts';

type Variables = Readonly<Record<string, unknown>>;

/** How an operation is executed and answered where `@skip` and `@include` come out in one way. */
export interface Variant {
  readonly plan: CompiledPlan;
  readonly form: ResponseForm;
}

/** So many are kept for one operation: whoever tries every combination gets responses, but costs no more memory. */
const maxVariants = 16;

/**
 * The variants of an operation, made when they are first met. A plan for known conditions is smaller than one for all,
 * and right where the planner's is not: it takes what one field `@requires` for needed by another field too, and then
 * leaves it out with the first.
 */
export class Variants {
  readonly #conditions: readonly string[];
  readonly #make: (variables: Variables, isKept: boolean) => Variant;
  readonly #known = new Map<string, Variant>();
  #only: Variant | undefined;

  constructor(conditions: readonly string[], make: (variables: Variables, isKept: boolean) => Variant) {
    this.#conditions = conditions;
    this.#make = make;
  }

  of(variables: Variables): Variant {
    if (this.#conditions.length > 0) return this.#ofConditions(variables);
    this.#only ??= this.#make(variables, true);
    return this.#only;
  }

  #ofConditions(variables: Variables): Variant {
    let name = '';
    for (const condition of this.#conditions) name += variables[condition] === true ? '1' : '0';
    const known = this.#known.get(name);
    if (known) return known;
    const isKept = this.#known.size < maxVariants;
    const variant = this.#make(variables, isKept);
    if (isKept) this.#known.set(name, variant);
    return variant;
  }
}
