import { type GraphQLError, type GraphQLSchema, getVariableValues, validate } from 'graphql';
import type { Operation } from './operation.ts';
import type { Use } from './uses.ts';

/** What a schema has against operations: by its validation, and by the example variables that it would refuse. */
export class Complaints {
  readonly #errors = new Map<Operation, readonly GraphQLError[]>();

  constructor(operations: readonly Operation[], schema: GraphQLSchema) {
    for (const operation of operations) {
      const invalid = validate(schema, operation.document);
      this.#errors.set(operation, invalid.length > 0 ? invalid : variableErrors(operation, schema));
    }
  }

  of(operation: Operation): readonly GraphQLError[] {
    return this.#errors.get(operation) ?? [];
  }

  /** Whether any of them is about this part of the operation. */
  concern({ operation, node }: Use): boolean {
    const { loc } = node;
    if (!loc) return false;
    return this.of(operation).some(({ nodes = [] }) =>
      nodes.some((each) => each.loc?.source === loc.source && each.loc.start >= loc.start && each.loc.start < loc.end),
    );
  }
}

function variableErrors({ definition, variables }: Operation, schema: GraphQLSchema): readonly GraphQLError[] {
  if (!variables) return [];
  return getVariableValues(schema, definition.variableDefinitions ?? [], variables).errors ?? [];
}
