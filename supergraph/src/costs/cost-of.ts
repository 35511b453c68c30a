import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Amount, product, sum, type Variables } from './amount.ts';
import { taken } from './conditions.ts';
import { inputCost } from './input-cost.ts';
import { listLength } from './list-length.ts';
import type { ListSize, SupergraphCosts } from './read-costs.ts';

/** What a mutation costs besides its fields, because it writes. */
const mutationWeight = 10;
/** What a field that answers an object costs, unless its own or its type's weight says otherwise; leaves are free. */
const objectWeight = 1;

/** What an operation costs with coerced variables; without end where a list must be given a size and is not. */
export type OperationCost = (variables: Variables) => number;

/** What the cost of an operation is judged by. */
export interface CostOptions {
  costs: SupergraphCosts;
  /** How long a list is taken to be that has no `@listSize`. */
  listSize: number;
}

/**
 * The cost of an operation as a function of its variables, by `@cost` and `@listSize` and the rules by which Apollo
 * Router estimates it: a mutation 10, a field with an object 1, a leaf 0, an input object 1; the fields of a list once
 * for each item. Questions about the schema cost nothing. The document is valid and within its limits.
 */
export function costOf(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  schema: GraphQLSchema,
  options: CostOptions,
): OperationCost {
  const root = schema.getRootType(operation.operation);
  const base = operation.operation === OperationTypeNode.MUTATION ? mutationWeight : 0;
  const fields = root ? new Estimate(document, schema, options).selections(operation.selectionSet, root) : 0;
  const cost = sum([base, fields]);
  return typeof cost === 'number' ? () => cost : cost;
}

/** The lengths of the lists right below a field, by the names of their fields. */
type Sizes = ReadonlyMap<string, Amount>;
const noSizes: Sizes = new Map();

class Estimate {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #schema: GraphQLSchema;
  readonly #costs: SupergraphCosts;
  readonly #listSize: number;

  constructor(document: DocumentNode, schema: GraphQLSchema, { costs, listSize }: CostOptions) {
    this.#schema = schema;
    this.#costs = costs;
    this.#listSize = listSize;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  selections({ selections }: SelectionSetNode, type: GraphQLCompositeType, sizes = noSizes): Amount {
    return sum(
      selections.map((selection) => {
        const whether = taken(selection.directives);
        return whether === 0 ? 0 : product(whether, this.#selection(selection, type, sizes));
      }),
    );
  }

  #selection(selection: SelectionNode, type: GraphQLCompositeType, sizes: Sizes): Amount {
    if (selection.kind === Kind.FIELD) return this.#field(selection, type, sizes);
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(selection.name.value) : selection;
    if (!fragment) return 0;
    const condition = fragment.typeCondition && this.#schema.getType(fragment.typeCondition.name.value);
    return this.selections(fragment.selectionSet, isCompositeType(condition) ? condition : type, sizes);
  }

  #field(field: FieldNode, type: GraphQLCompositeType, sizes: Sizes): Amount {
    const name = field.name.value;
    const definition = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    // The schema's own fields are no fields of the query type, and cost nothing.
    if (!definition) return 0;
    const size = this.#listSizeOf(type, name);
    const length = size && listLength(size, field, definition, this.#listSize);
    const below = size && length !== undefined ? new Map(size.sizedFields.map((each) => [each, length])) : noSizes;
    const returned = getNamedType(definition.type);
    const inner =
      field.selectionSet && isCompositeType(returned) ? this.selections(field.selectionSet, returned, below) : 0;
    const own = below.size === 0 ? length : undefined;
    const once = sum([this.#weightOf(type, name, definition), inner]);
    return sum([product(this.#count(definition, sizes.get(name) ?? own), once), this.#inputs(field, definition, type)]);
  }

  /** How many values a field answers with: as many as its list is long, and that again for each list within. */
  #count(definition: GraphQLField<unknown, unknown>, length: Amount | undefined): Amount {
    let count: Amount = 1;
    let size = length ?? this.#listSize;
    for (let type = definition.type; isListType(type) || isNonNullType(type); type = type.ofType) {
      if (!isListType(type)) continue;
      count = product(count, size);
      size = this.#listSize;
    }
    return count;
  }

  #inputs(field: FieldNode, definition: GraphQLField<unknown, unknown>, type: GraphQLCompositeType): Amount {
    return sum(
      (field.arguments ?? []).map(({ name, value }) => {
        const argument = definition.args.find((each) => each.name === name.value);
        if (!argument) return 0;
        const weight = this.#largest(type, (each) => `${each}.${definition.name}(${argument.name}:)`);
        return inputCost(value, argument.type, weight, this.#costs);
      }),
    );
  }

  #weightOf(type: GraphQLCompositeType, name: string, definition: GraphQLField<unknown, unknown>): number {
    const returned = getNamedType(definition.type);
    return (
      this.#largest(type, (each) => `${each}.${name}`) ??
      this.#costs.weights.get(returned.name) ??
      (isCompositeType(returned) ? objectWeight : 0)
    );
  }

  /** The weight at a coordinate; where it is an interface's that has none, the largest of the types behind it. */
  #largest(type: GraphQLCompositeType, coordinate: (typeName: string) => string): number | undefined {
    const own = this.#costs.weights.get(coordinate(type.name));
    if (own !== undefined || !isAbstractType(type)) return own;
    let largest: number | undefined;
    for (const { name } of this.#schema.getPossibleTypes(type)) {
      const weight = this.#costs.weights.get(coordinate(name));
      if (weight !== undefined && (largest === undefined || weight > largest)) largest = weight;
    }
    return largest;
  }

  #listSizeOf(type: GraphQLCompositeType, name: string): ListSize | undefined {
    const own = this.#costs.listSizes.get(`${type.name}.${name}`);
    if (own || !isAbstractType(type)) return own;
    for (const each of this.#schema.getPossibleTypes(type)) {
      const size = this.#costs.listSizes.get(`${each.name}.${name}`);
      if (size) return size;
    }
    return undefined;
  }
}
