import { type DirectiveNode, type DocumentNode, Kind, type NamedTypeNode, parse, type TypeNode } from 'graphql';
import { argumentsOf, linkedDirective } from '../linked-directive.ts';

/** Sets of scopes, any one of which will do; `[[]]` asks for a known caller and no scope, and `[]` cannot be met. */
export type Requirement = readonly (readonly string[])[];

/** What a supergraph requires of those who ask. */
export interface Requirements {
  /** Every requirement there is, once. */
  readonly all: readonly Requirement[];
  /** What a field of an object type requires, by the type's and the field's name: places in `all`, each to be met. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
}

/**
 * Reads what `@authenticated`, `@requiresScopes` and `@policy` of a composed supergraph require. A field requires what it
 * says itself, what its type says, and what the type of its value says. An interface's requirements are composition's
 * sum of those of the types behind it, which are judged by themselves; where an interface says more, all of them say it.
 * A policy is nothing that a key can satisfy, so nobody sees what one guards.
 */
export function readRequirements(supergraphSdl: string | DocumentNode): Requirements {
  const supergraph = typeof supergraphSdl === 'string' ? parse(supergraphSdl, { noLocation: true }) : supergraphSdl;
  return new RequirementReader(supergraph).read();
}

interface Composite {
  isInterface: boolean;
  interfaces: string[];
  fields: Map<string, { returns: string; own: Requirement[] }>;
}

class RequirementReader {
  readonly #supergraph: DocumentNode;
  readonly #directives: Record<'authenticated' | 'requiresScopes' | 'policy', string | undefined>;
  /** What each type says of itself. */
  readonly #types = new Map<string, Requirement[]>();
  readonly #composites = new Map<string, Composite>();
  readonly #all: Requirement[] = [];
  readonly #places = new Map<string, number>();

  constructor(supergraph: DocumentNode) {
    this.#supergraph = supergraph;
    this.#directives = {
      authenticated: linkedDirective(supergraph, 'authenticated', 'authenticated'),
      requiresScopes: linkedDirective(supergraph, 'requiresScopes', 'requiresScopes'),
      policy: linkedDirective(supergraph, 'policy', 'policy'),
    };
  }

  read(): Requirements {
    this.#collect();
    for (const [name, { isInterface }] of this.#composites) if (isInterface) this.#passDown(name);
    const fields = new Map<string, Map<string, number[]>>();
    for (const [name, type] of this.#composites) {
      if (type.isInterface) continue;
      const ofType = new Map<string, number[]>();
      for (const [field, { own, returns }] of type.fields) {
        const required = [
          ...own,
          ...this.#of(name),
          ...(this.#composites.get(returns)?.isInterface ? [] : this.#of(returns)),
        ];
        if (required.length > 0) ofType.set(field, [...new Set(required.map((each) => this.#placeOf(each)))]);
      }
      if (ofType.size > 0) fields.set(name, ofType);
    }
    return { all: this.#all, fields };
  }

  #collect(): void {
    for (const definition of this.#supergraph.definitions) {
      if (!('name' in definition) || !('directives' in definition) || !definition.name) continue;
      const name = definition.name.value;
      if (!definition.kind.endsWith('TypeDefinition')) continue;
      this.#types.set(name, this.#requirementsIn(definition.directives));
      const isInterface = definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
      if (!isInterface && definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
      const fields = new Map(
        (definition.fields ?? []).map((field) => [
          field.name.value,
          { returns: namedType(field.type).name.value, own: this.#requirementsIn(field.directives) },
        ]),
      );
      const interfaces = (definition.interfaces ?? []).map((each) => each.name.value);
      this.#composites.set(name, { isInterface, interfaces, fields });
    }
  }

  /** Hands what an interface requires beyond the types behind it to each of those, and to the fields that answer it. */
  #passDown(name: string): void {
    const { fields } = this.#composites.get(name) as Composite;
    const behind = [...this.#composites].filter(([, type]) => !type.isInterface && type.interfaces.includes(name));
    const typesSay = behind.flatMap(([each]) => this.#of(each));
    const more = this.#of(name).filter((each) => !followsFrom(each, typesSay));
    for (const [field, { own }] of fields) {
      const fieldsSay = behind.flatMap(([, type]) => type.fields.get(field)?.own ?? []);
      const moreOfField = own.filter((each) => !followsFrom(each, fieldsSay));
      for (const [, type] of behind) type.fields.get(field)?.own.push(...more, ...moreOfField);
    }
    if (more.length === 0) return;
    for (const { fields: others } of this.#composites.values()) {
      for (const { own, returns } of others.values()) if (returns === name) own.push(...more);
    }
  }

  #of(type: string): Requirement[] {
    return this.#types.get(type) ?? [];
  }

  #requirementsIn(directives: readonly DirectiveNode[] = []): Requirement[] {
    const { authenticated, requiresScopes, policy } = this.#directives;
    return directives.flatMap((directive): Requirement[] => {
      const { value } = directive.name;
      if (value === authenticated) return [[[]]];
      if (value === policy) return [[]];
      return value === requiresScopes ? [argumentsOf(directive).scopes as string[][]] : [];
    });
  }

  #placeOf(requirement: Requirement): number {
    const key = JSON.stringify(requirement);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.#all.length);
    return this.#all.push(requirement) - 1;
  }
}

/** More ways than this to meet an interface's types at once are not followed up; the interface's own word then counts. */
const mostWays = 1_000;

/** Whether whoever meets all of these meets this one too: each way to meet all of them holds a way to meet it. */
function followsFrom(requirement: Requirement, others: readonly Requirement[]): boolean {
  let ways: Requirement = [[]];
  for (const other of distinct(others)) {
    ways = distinct(ways.flatMap((way) => other.map((each) => [...new Set([...way, ...each])].sort())));
    if (ways.length > mostWays) return false;
  }
  return ways.every((way) => requirement.some((each) => each.every((scope) => way.includes(scope))));
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function namedType(type: TypeNode): NamedTypeNode {
  return type.kind === Kind.NAMED_TYPE ? type : namedType(type.type);
}
