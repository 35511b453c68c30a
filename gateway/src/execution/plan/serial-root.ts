import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

/**
 * A mutation with its root fields in the order in which they are executed, outside of fragments: the planner puts
 * together what stands in fragments, and so changes the order. Conditions that are not settled leave it as it is.
 */
export function serializeRoot(operation: OperationDefinitionNode, fragments: Fragments): OperationDefinitionNode {
  if (operation.operation !== OperationTypeNode.MUTATION) return operation;
  const fields = new Map<string, FieldNode>();
  if (!collect(operation.selectionSet, fragments, fields)) return operation;
  return { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: [...fields.values()] } };
}

/** Collects root fields by their names in the response; false where one of them stands under a condition. */
function collect({ selections }: SelectionSetNode, fragments: Fragments, fields: Map<string, FieldNode>): boolean {
  return selections.every((selection) => {
    if (selection.directives?.length) return false;
    if (selection.kind !== Kind.FIELD) {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      return fragment !== undefined && collect(fragment.selectionSet, fragments, fields);
    }
    const key = (selection.alias ?? selection.name).value;
    const present = fields.get(key);
    fields.set(key, present ? join(present, selection) : selection);
    return true;
  });
}

function join(present: FieldNode, added: FieldNode): FieldNode {
  if (!present.selectionSet || !added.selectionSet) return present;
  const selections = [...present.selectionSet.selections, ...added.selectionSet.selections];
  return { ...present, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}
