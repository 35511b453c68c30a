import {
  type ASTNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  TypeInfo,
  typeFromAST,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Operation } from './operation.ts';

/** How an operation uses an element of the schema. */
export type Manner =
  /** A field is selected; for a type: a field that answers it. */
  | 'selected'
  /** An argument, a field of an input or an enum's value is written down. */
  | 'given'
  /** A type stands in a fragment's condition. */
  | 'condition'
  /** What a variable may carry: its type, and all that may be in it. */
  | 'variable';

/** One use of an element of the schema by an operation. */
export interface Use {
  operation: Operation;
  node: ASTNode;
  manner: Manner;
}

/** Who uses what, by schema coordinates: `User`, `User.name`, `Query.users(first:)`, `UserFilter.country`, `OrderDirection.ASC`. */
export class Uses {
  readonly #schema: GraphQLSchema;
  readonly #byCoordinate = new Map<string, Use[]>();

  constructor(operations: readonly Operation[], schema: GraphQLSchema) {
    this.#schema = schema;
    for (const operation of operations) this.#read(operation);
  }

  of(coordinate: string, ...manners: Manner[]): Use[] {
    const uses = this.#byCoordinate.get(coordinate) ?? [];
    return manners.length === 0 ? uses : uses.filter(({ manner }) => manners.includes(manner));
  }

  #read(operation: Operation): void {
    const info = new TypeInfo(this.#schema);
    const note = (coordinate: string, node: ASTNode, manner: Manner) => this.#note(coordinate, operation, node, manner);
    visit(
      operation.document,
      visitWithTypeInfo(info, {
        Field(node) {
          const parent = info.getParentType();
          const definition = info.getFieldDef();
          if (!parent || !definition) return;
          note(`${parent.name}.${definition.name}`, node, 'selected');
          note(getNamedType(definition.type).name, node, 'selected');
        },
        Argument(node) {
          const directive = info.getDirective();
          const parent = info.getParentType();
          const field = info.getFieldDef();
          if (directive) note(`@${directive.name}(${node.name.value}:)`, node, 'given');
          else if (parent && field) note(`${parent.name}.${field.name}(${node.name.value}:)`, node, 'given');
        },
        ObjectValue(node) {
          const type = info.getInputType();
          if (type) note(getNamedType(type).name, node, 'given');
        },
        ObjectField(node) {
          const type = info.getParentInputType();
          if (type) note(`${getNamedType(type).name}.${node.name.value}`, node, 'given');
        },
        EnumValue(node) {
          const type = info.getInputType();
          if (type) note(`${getNamedType(type).name}.${node.value}`, node, 'given');
        },
        Directive: (node) => note(`@${node.name.value}`, node, 'given'),
        InlineFragment(node) {
          if (node.typeCondition) note(node.typeCondition.name.value, node, 'condition');
        },
        FragmentDefinition: (node) => note(node.typeCondition.name.value, node, 'condition'),
        VariableDefinition: (node) => this.#readVariable(operation, node),
      }),
    );
  }

  #readVariable(operation: Operation, node: VariableDefinitionNode): void {
    const type = typeFromAST(this.#schema, node.type as Parameters<typeof typeFromAST>[1]);
    if (!isInputType(type)) return;
    const seen = new Set<string>();
    const reach = (each: GraphQLInputType): void => {
      const named = getNamedType(each);
      if (seen.has(named.name)) return;
      seen.add(named.name);
      this.#note(named.name, operation, node, 'variable');
      if (isEnumType(named)) {
        for (const { name } of named.getValues()) this.#note(`${named.name}.${name}`, operation, node, 'variable');
      }
      if (!isInputObjectType(named)) return;
      for (const field of Object.values(named.getFields())) {
        this.#note(`${named.name}.${field.name}`, operation, node, 'variable');
        reach(field.type);
      }
    };
    reach(type);
  }

  #note(coordinate: string, operation: Operation, node: ASTNode, manner: Manner): void {
    const uses = this.#byCoordinate.get(coordinate);
    if (uses) uses.push({ operation, node, manner });
    else this.#byCoordinate.set(coordinate, [{ operation, node, manner }]);
  }
}
