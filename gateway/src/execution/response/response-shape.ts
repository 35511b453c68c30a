import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import type { PlanKeys } from '../plan/plan-keys.ts';

/**
 * The type that an object of the data is written as. It is an interface where the only subgraph that was asked knows
 * the objects behind it as one type (`@interfaceObject`).
 */
export type ConcreteType = GraphQLObjectType | GraphQLInterfaceType;

/** One field of an object in the response. */
export interface ResponseField {
  readonly key: string;
  /** The field's name in the merged data. */
  readonly planKey: string;
  readonly nodes: readonly FieldNode[];
  readonly definition: GraphQLField<unknown, unknown>;
}

/** What a response consists of, once it is known which parts of the document are skipped and included. */
export class ResponseShape {
  readonly rootType: GraphQLObjectType;
  readonly root: readonly ResponseField[];
  readonly schema: GraphQLSchema;
  readonly #fragments: Record<string, FragmentDefinitionNode>;
  readonly #variables: Record<string, unknown>;
  readonly #keys: PlanKeys;
  readonly #fields = new Map<readonly FieldNode[], Map<ConcreteType, readonly ResponseField[]>>();
  readonly #nodes = new Map<string, readonly FieldNode[]>();
  readonly #ids = new Map<FieldNode, number>();

  constructor(
    operation: OperationDefinitionNode,
    source: ShapeSource,
    /** Only those that decide on `@skip` and `@include` are read. */
    variables: Readonly<Record<string, unknown>>,
  ) {
    this.schema = source.schema;
    this.#fragments = source.fragments;
    this.#keys = source.keys;
    this.#variables = variables;
    const rootType = source.schema.getRootType(operation.operation);
    if (!rootType) throw new Error('A validated operation has a root type.');
    this.rootType = rootType;
    const { selectionSet } = operation;
    this.root = this.#describe(
      collectFields(this.schema, this.#fragments, variables, rootType, selectionSet),
      rootType,
    );
  }

  /** The fields of an object, in the order in which they are written (October 2021, 6.3.2 CollectFields). */
  fieldsOf(nodes: readonly FieldNode[], type: ConcreteType): readonly ResponseField[] {
    const byType = this.#fields.get(nodes) ?? new Map<ConcreteType, readonly ResponseField[]>();
    this.#fields.set(nodes, byType);
    const known = byType.get(type);
    if (known) return known;
    const object = type as GraphQLObjectType;
    const fields = this.#describe(collectSubfields(this.schema, this.#fragments, this.#variables, object, nodes), type);
    byType.set(type, fields);
    return fields;
  }

  /**
   * The type of an object in a field by the name that its subgraph gave; undefined where it can be none that clients
   * know of, or where the response depends on a name that nobody could tell.
   */
  typeOf({ definition, nodes }: ResponseField, typeName: unknown): ConcreteType | undefined {
    const declared = getNamedType(definition.type);
    if (isObjectType(declared)) return declared;
    if (!isInterfaceType(declared) && !isUnionType(declared)) return undefined;
    // The planner asks for no name where it makes no difference.
    const type = typeof typeName === 'string' ? this.schema.getType(typeName) : declared;
    if (isObjectType(type)) return this.schema.isSubType(declared, type) ? type : undefined;
    if (!isInterfaceType(type) || !(type === declared || this.schema.isSubType(declared, type))) return undefined;
    return this.#isSameForAll(type, nodes) ? type : undefined;
  }

  /** Whether all objects behind an interface are written in one way. */
  #isSameForAll(type: GraphQLInterfaceType, nodes: readonly FieldNode[]): boolean {
    const fields = this.fieldsOf(nodes, type);
    if (fields.some(({ definition }) => definition === TypeNameMetaFieldDef)) return false;
    return this.schema.getPossibleTypes(type).every((possible) => {
      const others = this.fieldsOf(nodes, possible);
      return others.length === fields.length && others.every((field, index) => field.nodes === fields[index]?.nodes);
    });
  }

  #describe(collected: Map<string, readonly FieldNode[]>, type: ConcreteType): ResponseField[] {
    return [...collected].flatMap(([key, nodes]): ResponseField[] => {
      const [node] = nodes;
      const definition = node && this.#definitionOf(type, node.name.value);
      return definition ? [{ key, planKey: this.#keys.of(node), nodes: this.#same(nodes), definition }] : [];
    });
  }

  #definitionOf(type: ConcreteType, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === '__typename') return TypeNameMetaFieldDef;
    if (type === this.schema.getQueryType() && name === '__schema') return SchemaMetaFieldDef;
    if (type === this.schema.getQueryType() && name === '__type') return TypeMetaFieldDef;
    return type.getFields()[name];
  }

  /** The same list for the same nodes, so that what hangs on them is worked out once. */
  #same(nodes: readonly FieldNode[]): readonly FieldNode[] {
    const name = nodes.map((node) => this.#idOf(node)).join();
    const known = this.#nodes.get(name);
    if (!known) this.#nodes.set(name, nodes);
    return known ?? nodes;
  }

  #idOf(node: FieldNode): number {
    const id = this.#ids.get(node) ?? this.#ids.size;
    this.#ids.set(node, id);
    return id;
  }
}

/** What shapes of one operation have in common. */
export interface ShapeSource {
  readonly schema: GraphQLSchema;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  readonly keys: PlanKeys;
}

/** Whether a field is answered by graphql-js from the schema. */
export function isIntrospection({ definition }: ResponseField): boolean {
  return definition === SchemaMetaFieldDef || definition === TypeMetaFieldDef;
}
