import {
  type DirectiveNode,
  type DocumentNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  type TypeDefinitionNode,
} from 'graphql';
import { argumentsOf, linkedDirective } from '../linked-directive.ts';

/** How long the list of a field may be, as its `@listSize` says. */
export interface ListSize {
  assumedSize: number | undefined;
  slicingArguments: readonly string[];
  /** The fields below whose lists are meant; empty where it is the field's own. */
  sizedFields: readonly string[];
  requireOneSlicingArgument: boolean;
}

/**
 * What a supergraph says of costs, by coordinates: `Type`, `Type.field` (of inputs too) and `Type.field(argument:)`.
 * The directives are those of the GraphQL cost specification (https://ibm.github.io/graphql-specs/cost-spec.html), with
 * whole numbers for weights, as federation has them since 2.9.
 */
export interface SupergraphCosts {
  weights: ReadonlyMap<string, number>;
  listSizes: ReadonlyMap<string, ListSize>;
}

/** Reads the costs of a supergraph once; without any, every field has the weight of its kind. */
export function readCosts(supergraphSdl: string | DocumentNode): SupergraphCosts {
  const supergraph = typeof supergraphSdl === 'string' ? parse(supergraphSdl, { noLocation: true }) : supergraphSdl;
  const reader = new CostReader(
    linkedDirective(supergraph, 'cost', 'cost'),
    linkedDirective(supergraph, 'cost', 'listSize'),
  );
  for (const definition of supergraph.definitions) {
    if (definition.kind.endsWith('TypeDefinition')) reader.readType(definition as TypeDefinitionNode);
  }
  return reader;
}

class CostReader implements SupergraphCosts {
  readonly weights = new Map<string, number>();
  readonly listSizes = new Map<string, ListSize>();
  readonly #cost: string | undefined;
  readonly #listSize: string | undefined;

  constructor(cost: string | undefined, listSize: string | undefined) {
    this.#cost = cost;
    this.#listSize = listSize;
  }

  readType(type: TypeDefinitionNode): void {
    const name = type.name.value;
    this.#read(name, type);
    if (type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) this.#readInputs(type.fields, (field) => `${name}.${field}`);
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return;
    for (const field of type.fields ?? []) {
      const coordinate = `${name}.${field.name.value}`;
      this.#read(coordinate, field);
      this.#readInputs(field.arguments, (argument) => `${coordinate}(${argument}:)`);
    }
  }

  #readInputs(inputs: readonly InputValueDefinitionNode[] = [], coordinateOf: (name: string) => string): void {
    for (const input of inputs) this.#read(coordinateOf(input.name.value), input);
  }

  #read(coordinate: string, { directives = [] }: { directives?: readonly DirectiveNode[] | undefined }): void {
    for (const directive of directives) {
      if (directive.name.value === this.#cost) this.weights.set(coordinate, Number(argumentsOf(directive).weight));
      if (directive.name.value === this.#listSize) this.listSizes.set(coordinate, toListSize(argumentsOf(directive)));
    }
  }
}

function toListSize(given: Record<string, unknown>): ListSize {
  const { assumedSize, slicingArguments, sizedFields, requireOneSlicingArgument } = given;
  return {
    assumedSize: typeof assumedSize === 'number' ? assumedSize : undefined,
    slicingArguments: (slicingArguments as string[] | undefined) ?? [],
    sizedFields: (sizedFields as string[] | undefined) ?? [],
    requireOneSlicingArgument: requireOneSlicingArgument !== false,
  };
}
