import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeInfo,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fragmentsOf, fragmentsUsedBy } from '../fragments.ts';
import { type KnownConditions, settleConditions } from './conditions.ts';
import type { PlanKeys } from './plan-keys.ts';
import { serializeRoot } from './serial-root.ts';
import { planVariable } from './variable-names.ts';

const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

const introspectionFields = new Set(['__schema', '__type']);

/**
 * The document that is planned for an operation: that operation and the fragments, with nothing in it that the planner
 * could confuse with its own names, and without introspection, of which it knows less than graphql-js. Conditions whose
 * outcome is known are settled.
 */
export function prepareOperation(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  keys: PlanKeys,
  known?: KnownConditions,
): DocumentNode {
  const fragments = fragmentsOf(document);
  const planned = Object.values(fragments).filter(({ typeCondition }) => !typeCondition.name.value.startsWith('__'));
  const typeInfo = new TypeInfo(schema);
  const isQuery = () => typeInfo.getParentType() === schema.getQueryType();
  const prepared: DocumentNode = visit(
    { ...document, definitions: [operation, ...planned] },
    visitWithTypeInfo(typeInfo, {
      Field: {
        enter: (node) => (introspectionFields.has(node.name.value) && isQuery() ? null : settleConditions(node, known)),
        leave: (node) => rename(node, keys),
      },
      InlineFragment: { enter: (node) => settleConditions(node, known) },
      FragmentSpread: { enter: (node) => settleConditions(node, known) },
      SelectionSet: {
        leave: (node) => (selectsAlways(node, typeInfo.getParentType(), fragments) ? undefined : withTypename(node)),
      },
      Variable: renameVariable,
    }),
  );
  const [preparedOperation] = prepared.definitions;
  if (preparedOperation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The operation comes first.');
  const preparedFragments = fragmentsOf(prepared);
  const serial = serializeRoot(preparedOperation, preparedFragments);
  // Of the fragments that only introspection used the planner cannot make sense.
  return { ...prepared, definitions: [serial, ...fragmentsUsedBy(serial, preparedFragments)] };
}

function rename(node: FieldNode, keys: PlanKeys): FieldNode | undefined {
  const key = keys.of(node);
  if (key === (node.alias?.value ?? node.name.value)) return undefined;
  return { ...node, alias: { kind: Kind.NAME, value: key } };
}

/**
 * Whether something is selected whatever the variables and the object's type are. Where nothing is, the planner would
 * not fetch the object at all, and the response needs to tell an empty one from null.
 */
function selectsAlways(
  { selections }: SelectionSetNode,
  parent: GraphQLCompositeType | null | undefined,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): boolean {
  return selections.some((selection) => {
    if (selection.directives?.length) return false;
    if (selection.kind === Kind.FIELD) return true;
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    if (!fragment || (fragment.typeCondition && isAbstractType(parent))) return false;
    return selectsAlways(fragment.selectionSet, parent, fragments);
  });
}

function withTypename(node: SelectionSetNode): SelectionSetNode {
  return { ...node, selections: [typenameField, ...node.selections] };
}

function renameVariable(node: VariableNode): VariableNode | undefined {
  const name = planVariable(node.name.value);
  return name === node.name.value ? undefined : { ...node, name: { kind: Kind.NAME, value: name } };
}
