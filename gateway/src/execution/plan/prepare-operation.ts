import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeInfo,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { PlanKeys } from './plan-keys.ts';

const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

const introspectionFields = new Set(['__schema', '__type']);

/** Names of variables that fetches have for themselves. */
const reservedVariable = /^(representations|contextualArgument_.*|as_.*)$/;

/** How a variable is called in the plan. */
export function planVariable(name: string): string {
  return reservedVariable.test(name) ? `as_${name}` : name;
}

/** The client's name of a variable of the plan. */
export function clientVariable(name: string): string {
  return name.startsWith('as_') ? name.slice('as_'.length) : name;
}

/**
 * The document that is planned for an operation: that operation and the fragments, with nothing in it that the planner
 * could confuse with its own names, and without introspection, of which it knows less than graphql-js.
 */
export function prepareOperation(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  keys: PlanKeys,
): DocumentNode {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const typeInfo = new TypeInfo(schema);
  const isQuery = () => typeInfo.getParentType() === schema.getQueryType();
  return visit(
    { ...document, definitions: [operation, ...fragments] },
    visitWithTypeInfo(typeInfo, {
      Field: {
        enter: (node) => (introspectionFields.has(node.name.value) && isQuery() ? null : undefined),
        leave: (node) => rename(node, keys),
      },
      SelectionSet: { leave: notEmpty },
      Variable: renameVariable,
    }),
  );
}

function rename(node: FieldNode, keys: PlanKeys): FieldNode | undefined {
  const key = keys.of(node);
  if (key === (node.alias?.value ?? node.name.value)) return undefined;
  return { ...node, alias: { kind: Kind.NAME, value: key } };
}

function notEmpty(node: SelectionSetNode): SelectionSetNode | undefined {
  return node.selections.length > 0 ? undefined : { ...node, selections: [typenameField] };
}

function renameVariable(node: VariableNode): VariableNode | undefined {
  const name = planVariable(node.name.value);
  return name === node.name.value ? undefined : { ...node, name: { kind: Kind.NAME, value: name } };
}
