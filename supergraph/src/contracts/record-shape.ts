import type { DetailedShape, Shape } from '@atrium/service-kit/contract-file';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { argumentsOf } from '../linked-directive.ts';

type Fields = Record<string, Shape>;
type Selected = { fields: Fields; on: Record<string, Fields> };

/**
 * The form of the answer to an operation, by a subgraph's own schema. `_entities`, which every subgraph answers and no
 * committed schema names, holds what is selected of each type.
 */
export function recordShape(document: DocumentNode, schema: GraphQLSchema): Record<string, Shape> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) throw new Error('There is no operation that the schema has a root for.');
  return select(operation.selectionSet, root.name).fields;

  function select(set: SelectionSetNode, parent: string, selected: Selected = { fields: {}, on: {} }): Selected {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        selected.fields[key] = fieldShape(selection, parent);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value ?? parent;
      if (!fragment) throw new Error(`There is no fragment ${JSON.stringify(selection)}.`);
      if (condition === parent) select(fragment.selectionSet, parent, selected);
      else selected.on[condition] = { ...selected.on[condition], ...select(fragment.selectionSet, condition).fields };
    }
    return selected;
  }

  function fieldShape(node: FieldNode, parent: string): Shape {
    const name = node.name.value;
    if (name === '__typename') return 'String!';
    if (name === '_entities') return { type: '[_Entity]!', ...detailsOf(node, '_Entity') };
    const type = schema.getType(parent);
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    if (!field) throw new Error(`The schema has no field ${parent}.${name}.`);
    const directive = field.astNode?.directives?.find((each) => each.name.value === 'requiresScopes');
    const scopes = directive && (argumentsOf(directive).scopes as string[][]);
    const details = { ...(scopes && { scopes }), ...typeDetails(node, field.type) };
    return Object.keys(details).length === 0 ? String(field.type) : { type: String(field.type), ...details };
  }

  function typeDetails(node: FieldNode, type: GraphQLOutputType): Omit<DetailedShape, 'type' | 'scopes'> {
    const named = getNamedType(type);
    return isCompositeType(named) ? detailsOf(node, named.name) : {};
  }

  function detailsOf({ selectionSet }: FieldNode, type: string): Pick<DetailedShape, 'fields' | 'on'> {
    if (!selectionSet) return {};
    const { fields, on } = select(selectionSet, type);
    return { ...(Object.keys(fields).length > 0 && { fields }), ...(Object.keys(on).length > 0 && { on }) };
  }
}
