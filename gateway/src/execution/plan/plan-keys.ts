import type { FieldNode } from 'graphql';
import type { SupergraphNames } from '../planner.ts';

/**
 * The names under which an operation's fields are fetched and merged. They are the response's own, but where those
 * could be taken for fields that the planner fetches for itself: `{ id: name }` would hide the key `id`.
 */
export class PlanKeys {
  readonly #names: SupergraphNames;
  readonly #keys = new Map<string, string>();
  readonly #responseKeys = new Map<string, string>();

  constructor(names: SupergraphNames) {
    this.#names = names;
  }

  /** The name of a field in the merged data. */
  of(node: FieldNode): string {
    const fieldName = node.name.value;
    const responseKey = node.alias?.value ?? fieldName;
    if (!this.#mayClash(responseKey, node)) return responseKey;
    const field = `${responseKey}:${fieldName}`;
    let key = this.#keys.get(field);
    if (key === undefined) {
      key = `as_${this.#keys.size}`;
      this.#keys.set(field, key);
      this.#responseKeys.set(key, responseKey);
    }
    return key;
  }

  /** The response's name for a name in the merged data. */
  toResponseKey(planKey: string): string {
    return this.#responseKeys.get(planKey) ?? planKey;
  }

  #mayClash(responseKey: string, { name }: FieldNode): boolean {
    const { fields, requiredWithArguments } = this.#names;
    if (responseKey === name.value) return requiredWithArguments.has(responseKey);
    // The planner makes aliases such as `id__alias_0`, and names of two underscores belong to GraphQL or JavaScript.
    return fields.has(responseKey) || responseKey.includes('__') || /^as_\d+$/.test(responseKey);
  }
}
