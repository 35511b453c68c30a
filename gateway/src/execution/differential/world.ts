import {
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getArgumentValues,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { Graph, Run } from './graph.ts';
import { canonical, choose, hash } from './hash.ts';
import { leafValue } from './leaf-values.ts';
import type { Ownership } from './ownership.ts';

/** An object of the graph: its type and which of that type it is. */
export interface Thing {
  readonly __typename: string;
  readonly key: string;
  /** The representation by which a subgraph was asked for it. */
  readonly given?: Record<string, unknown>;
}

/** Whose eyes see the data: one subgraph's, or those of a server that holds all of it. */
export type View = 'subgraph' | 'monolith';

const entitiesOfAType = 5;

/**
 * The one source of a graph's data. A value is a function of its object's type and key, its field and its arguments,
 * and whether a fault strikes there one of the run's seed besides, so that a subgraph and the monolith agree.
 */
export class World {
  readonly #graph: Graph;
  /** The supergraph's schema, in which inaccessible elements and joined fields stand as well. */
  readonly #schema: GraphQLSchema;
  readonly #ownership: Ownership;
  readonly #familyOf: Map<string, string>;
  readonly #steady: Set<string>;

  constructor(graph: Graph, schema: GraphQLSchema, ownership: Ownership) {
    this.#graph = graph;
    this.#schema = schema;
    this.#ownership = ownership;
    this.#familyOf = new Map(
      Object.entries(graph.families ?? {}).flatMap(([family, types]) => types.map((type) => [type, family])),
    );
    const keys = Object.entries(graph.entities).flatMap(([type, paths]) =>
      paths.map((path) => `${type}.${path.split('.')[0]}`),
    );
    const contexts = Object.values(graph.contextual ?? {}).map(({ from }) => from);
    this.#steady = new Set([...(graph.steady ?? []), ...keys, ...contexts]);
  }

  /** Resolves every field as it is seen from there. */
  resolver(view: View): GraphQLFieldResolver<unknown, Run> {
    return (source, args, run, { parentType, fieldName, operation, path }) => {
      const thing = (source as Thing | undefined) ?? { __typename: parentType.name, key: '' };
      const field = parentType.getFields()[fieldName];
      if (!field) throw new Error(`no field ${parentType.name}.${fieldName}`);
      if (view === 'monolith' && this.#isDown(thing, fieldName, run)) throw new Error('the subgraph is down');
      const change = operation.operation === 'mutation' && path.prev === undefined;
      const past = change ? run.journal.join() : '';
      if (change) run.journal.push(`${fieldName}${canonical(args)}`);
      return this.#value(view, thing, field, args, run, past);
    };
  }

  /** The entity that a representation stands for; null where the subgraph does not find it. */
  find(subgraph: string, representation: Record<string, unknown>, run: Run): Thing | null {
    const __typename = String(representation.__typename);
    const kind = this.#kindOf(__typename);
    for (const path of this.#graph.entities[kind] ?? []) {
      const value = valueAt(representation, path);
      const key = value === undefined ? undefined : /(\d+)$/.exec(String(value))?.[1];
      if (key === undefined) continue;
      if (this.#isAbsent(subgraph, kind, key, run)) return null;
      return { __typename: this.#concreteType(__typename, key), key, given: representation };
    }
    throw new Error(`A representation lacks its key: ${canonical(representation)}`);
  }

  #value(
    view: View,
    thing: Thing,
    field: GraphQLField<unknown, unknown>,
    args: Record<string, unknown>,
    run: Run,
    past: string,
  ): unknown {
    const coordinate = this.#coordinate(thing.__typename, field.name);
    const owner = view === 'monolith' ? this.#soleOwner(coordinate) : undefined;
    if (owner !== undefined && this.#isAbsent(owner, this.#kindOf(thing.__typename), thing.key, run)) return null;
    const kind = this.#kindOf(thing.__typename);
    const part = this.#graph.sameKey?.[coordinate];
    if (part) return { __typename: part, key: thing.key };
    if (this.#graph.entities[kind]?.includes(field.name)) return keyValue(field.type, field.name, thing.key);
    const { [coordinate]: contextual } = this.#graph.contextual ?? {};
    const given =
      contextual && view === 'monolith' ? { [contextual.argument]: this.#context(contextual.from, thing) } : {};
    const requirement = this.#ownership.requirements.get(coordinate);
    const required = requirement
      ? canonical(thing.given ? pick(thing.given, requirement) : this.#evaluate(thing, requirement, run))
      : '';
    const text = `${coordinate}|${thing.key}|${canonical({ ...args, ...given }, this.#graph.unseenArguments)}|${required}|${past}`;
    return this.#build(field.type, text, run, this.#steady.has(coordinate) || this.#steady.has(kind));
  }

  /** The value of a type that a text decides. */
  #build(type: GraphQLOutputType, text: string, run: Run, steady: boolean): unknown {
    if (!steady && run.faultSeed !== 0) {
      const luck = hash(`${run.faultSeed}|${text}`) % 40;
      // As an item of a list graphql-js takes a returned error for a thrown one.
      if (luck < 2) return new Error('struck');
      if (luck === 2) return null;
    }
    if (isNonNullType(type)) return this.#solid(type.ofType, text, run, steady);
    return !steady && hash(`null|${text}`) % 8 === 0 ? null : this.#solid(type, text, run, steady);
  }

  #solid(type: GraphQLOutputType, text: string, run: Run, steady: boolean): unknown {
    if (isNonNullType(type)) return this.#solid(type.ofType, text, run, steady);
    if (isListType(type)) {
      const length = hash(`length|${text}`) % 4;
      return Array.from({ length }, (_, index) => this.#build(type.ofType, `${text}.${index}`, run, steady));
    }
    if (isLeafType(type)) return leafValue(type, text, this.#graph.choices?.[type.name]);
    return this.#thing(type.name, text);
  }

  #thing(type: string, text: string): Thing {
    const family = this.#familyOf.get(type) ?? (this.#graph.families?.[type] ? type : undefined);
    if (family !== undefined) {
      const keys = Array.from({ length: entitiesOfAType }, (_, key) => String(key));
      const possible = type === family ? keys : keys.filter((key) => this.#memberOf(family, key) === type);
      const key = choose(text, possible);
      return { __typename: this.#concreteType(type, key), key };
    }
    const named = this.#schema.getType(type);
    const __typename = isAbstractType(named)
      ? choose(
          `type|${text}`,
          this.#graph.choices?.[type] ?? this.#schema.getPossibleTypes(named).map(({ name }) => name),
        )
      : type;
    const isEntity = this.#graph.entities[__typename] !== undefined;
    return { __typename, key: isEntity ? String(hash(`key|${text}`) % entitiesOfAType) : hash(text).toString(36) };
  }

  /** The type of a member of a family, by its key; an interface object knows only the family. */
  #concreteType(type: string, key: string): string {
    if (!this.#graph.families?.[type]) return type;
    return this.#memberOf(type, key);
  }

  #memberOf(family: string, key: string): string {
    const types = this.#graph.families?.[family] ?? [];
    const member = types[Number(key) % types.length];
    if (member === undefined) throw new Error(`no member of ${family}`);
    return member;
  }

  #kindOf(type: string): string {
    return this.#familyOf.get(type) ?? type;
  }

  /** A field that an interface object adds stands under the interface's name. */
  #coordinate(type: string, field: string): string {
    const own = `${type}.${field}`;
    return this.#ownership.owners.has(own) ? own : `${this.#kindOf(type)}.${field}`;
  }

  #soleOwner(coordinate: string): string | undefined {
    const owners = this.#ownership.owners.get(coordinate) ?? [];
    return owners.length === 1 ? owners[0] : undefined;
  }

  #isDown({ __typename }: Thing, field: string, { down }: Run): boolean {
    const owner = this.#soleOwner(this.#coordinate(__typename, field));
    return owner !== undefined && down.has(owner);
  }

  #isAbsent(subgraph: string, type: string, key: string, { faultSeed }: Run): boolean {
    if (faultSeed === 0 || !this.#graph.absent?.some((one) => one.subgraph === subgraph && one.type === type))
      return false;
    return hash(`absent|${faultSeed}|${subgraph}|${type}|${key}`) % 5 === 0;
  }

  #context(from: string, { key }: Thing): unknown {
    const [type = '', name = ''] = from.split('.');
    const field = (this.#schema.getType(type) as GraphQLObjectType).getFields()[name];
    if (!field) throw new Error(`no field ${from}`);
    return this.#build(field.type, `${from}|${key}|{}||`, { faultSeed: 0, down: new Set(), journal: [] }, true);
  }

  /**
   * What a selection gives, nulls in place of faults: what a subgraph is told of the fields that it requires.
   * Undefined where something is null that may not be.
   */
  #evaluate(thing: Thing, selection: SelectionSetNode, run: Run): Record<string, unknown> | undefined {
    const found: Record<string, unknown> = {};
    const type = this.#schema.getType(thing.__typename);
    if (!isObjectType(type)) throw new Error(`no type ${thing.__typename}`);
    for (const node of selection.selections) {
      if (node.kind === Kind.FIELD) {
        const field = type.getFields()[node.name.value];
        if (!field) continue;
        const value = this.#value('monolith', thing, field, getArgumentValues(field, node), run, '');
        const plain = this.#plain(field.type, value, node.selectionSet, run);
        if (plain === undefined) return undefined;
        found[node.name.value] = plain;
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (!this.#applies(node.typeCondition?.name.value, type)) continue;
        const part = this.#evaluate(thing, node.selectionSet, run);
        if (part === undefined) return undefined;
        Object.assign(found, part);
      }
    }
    return found;
  }

  #plain(type: GraphQLOutputType, value: unknown, selection: SelectionSetNode | undefined, run: Run): unknown {
    if (isNonNullType(type)) return this.#plain(type.ofType, value, selection, run) ?? undefined;
    if (value === null || value instanceof Error) return null;
    if (!isListType(type)) return selection ? (this.#evaluate(value as Thing, selection, run) ?? null) : value;
    const items = (value as unknown[]).map((item) => this.#plain(type.ofType, item, selection, run));
    return items.includes(undefined) ? null : items;
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const named = this.#schema.getType(condition);
    return isAbstractType(named) && this.#schema.isSubType(named, type);
  }
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined | null)?.[name], value);
}

function keyValue(type: GraphQLOutputType, field: string, key: string): unknown {
  const named = isNonNullType(type) ? type.ofType : type;
  return 'name' in named && named.name === 'Int' ? Number(key) : `${field}-${key}`;
}

/** The same selection of a representation, whose objects name their types. */
function pick(value: unknown, selection: SelectionSetNode | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((item) => pick(item, selection));
  if (!selection) return value;
  const object = value as Record<string, unknown>;
  const found: Record<string, unknown> = {};
  for (const node of selection.selections) {
    if (node.kind === Kind.FIELD) found[node.name.value] = pick(object[node.name.value], node.selectionSet);
    else if (node.kind === Kind.INLINE_FRAGMENT) {
      const condition = node.typeCondition?.name.value;
      if (condition === undefined || condition === object.__typename)
        Object.assign(found, pick(object, node.selectionSet));
    }
  }
  return found;
}
