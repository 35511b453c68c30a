import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** How large a selection set is with its fragments spread out, questions about the schema apart. */
export interface Measures {
  /** Levels of fields; `edges` and the `node` in it are none. */
  readonly depth: number;
  /** Levels of fields, all of them. */
  readonly levels: number;
  readonly aliases: number;
  /** Fields, inline fragments and spreads. */
  readonly selections: number;
  /** The fields of the set itself. */
  readonly fields: number;
  /** How often each of the fields is asked for that are counted one by one. */
  readonly counts: ReadonlyMap<string, number>;
  readonly introspection: IntrospectionMeasures;
}

/** How large the questions about the schema in a selection set are. */
export interface IntrospectionMeasures {
  /** How many questions there are. */
  readonly fields: number;
  readonly depth: number;
  readonly selections: number;
}

const noIntrospection: IntrospectionMeasures = { fields: 0, depth: 0, selections: 0 };
const nothing: Measures = {
  depth: 0,
  levels: 0,
  aliases: 0,
  selections: 0,
  fields: 0,
  counts: new Map(),
  introspection: noIntrospection,
};

/** Whether a field asks for the schema; `__typename` is no secret. */
function asksForSchema({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}

/**
 * Measures the selection sets of one document. Each fragment is measured once however often it is spread, so that all
 * of it takes time linear in the document's length. While a fragment is measured it counts as nothing, so that a circle
 * ends; `circular` then tells of it.
 */
export class Measurement {
  /** Whether a fragment was met that spreads itself, directly or through others. */
  circular = false;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #counted: ReadonlySet<string>;
  readonly #measured = new Map<string, Measures | undefined>();
  readonly #introspected = new Map<string, IntrospectionMeasures | undefined>();

  constructor(document: DocumentNode, counted: readonly string[]) {
    this.#counted = new Set(counted);
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  /** Measures an operation or a fragment; also a fragment that shares its name, which validation looks at all the same. */
  of(definition: OperationDefinitionNode | FragmentDefinitionNode): Measures {
    const { kind, selectionSet } = definition;
    const isSpread = kind === Kind.FRAGMENT_DEFINITION && this.#fragments.get(definition.name.value) === definition;
    return isSpread ? this.#spread(definition.name.value, false) : this.#measure(selectionSet, false);
  }

  #measure({ selections }: SelectionSetNode, inEdges: boolean): Measures {
    let sum = nothing;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) sum = add(sum, this.#field(selection, inEdges));
      else if (selection.kind === Kind.FRAGMENT_SPREAD) sum = add(sum, this.#spread(selection.name.value, inEdges), 1);
      else sum = add(sum, this.#measure(selection.selectionSet, inEdges), 1);
    }
    return sum;
  }

  #field(field: FieldNode, inEdges: boolean): Measures {
    const name = field.name.value;
    if (asksForSchema(field)) {
      const { depth, selections } = field.selectionSet ? this.#introspect(field.selectionSet) : noIntrospection;
      return { ...nothing, introspection: { fields: 1, depth: depth + 1, selections: selections + 1 } };
    }
    const isEdges = name === 'edges';
    const below = field.selectionSet ? this.#measure(field.selectionSet, isEdges) : nothing;
    return {
      depth: below.depth + (isEdges || (inEdges && name === 'node') ? 0 : 1),
      levels: below.levels + 1,
      aliases: below.aliases + (field.alias ? 1 : 0),
      selections: below.selections + 1,
      fields: 1,
      counts: this.#counted.has(name) ? addCounts(below.counts, new Map([[name, 1]])) : below.counts,
      introspection: below.introspection,
    };
  }

  #spread(name: string, inEdges: boolean): Measures {
    const key = inEdges ? `edges ${name}` : name;
    if (this.#measured.has(key)) return this.#known(this.#measured.get(key), nothing);
    this.#measured.set(key, undefined);
    const fragment = this.#fragments.get(name);
    const measures = fragment ? this.#measure(fragment.selectionSet, inEdges) : nothing;
    this.#measured.set(key, measures);
    return measures;
  }

  #introspect({ selections }: SelectionSetNode): IntrospectionMeasures {
    let sum = noIntrospection;
    for (const selection of selections) {
      const isField = selection.kind === Kind.FIELD;
      let below = noIntrospection;
      if (selection.kind === Kind.FRAGMENT_SPREAD) below = this.#introspectSpread(selection.name.value);
      else if (selection.selectionSet) below = this.#introspect(selection.selectionSet);
      sum = {
        fields: 0,
        depth: Math.max(sum.depth, below.depth + (isField ? 1 : 0)),
        selections: sum.selections + below.selections + 1,
      };
    }
    return sum;
  }

  #introspectSpread(name: string): IntrospectionMeasures {
    if (this.#introspected.has(name)) return this.#known(this.#introspected.get(name), noIntrospection);
    this.#introspected.set(name, undefined);
    const fragment = this.#fragments.get(name);
    const measures = fragment ? this.#introspect(fragment.selectionSet) : noIntrospection;
    this.#introspected.set(name, measures);
    return measures;
  }

  #known<M>(measures: M | undefined, none: M): M {
    if (measures !== undefined) return measures;
    this.circular = true;
    return none;
  }
}

function add(a: Measures, b: Measures, more = 0): Measures {
  return {
    depth: Math.max(a.depth, b.depth),
    levels: Math.max(a.levels, b.levels),
    aliases: a.aliases + b.aliases,
    selections: a.selections + b.selections + more,
    fields: a.fields + b.fields,
    counts: addCounts(a.counts, b.counts),
    introspection:
      b.introspection.fields === 0
        ? a.introspection
        : {
            fields: a.introspection.fields + b.introspection.fields,
            depth: Math.max(a.introspection.depth, b.introspection.depth),
            selections: a.introspection.selections + b.introspection.selections,
          },
  };
}

function addCounts(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  if (b.size === 0) return a;
  if (a.size === 0) return b;
  const sum = new Map(a);
  for (const [name, count] of b) sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
}
