import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';

/** Which fields a fetch asks for, first of all to say which of them are missing when it failed. */
export interface SelectedField {
  /** The field's name in the subgraph's answer. */
  key: string;
  /** The types that an object has to be of, one inside the other. */
  typeConditions: readonly string[];
  directives: readonly DirectiveNode[];
}

/** The fields that a fetch asks for at the top, or of its entities, but for `__typename`. */
export function selectedFields(query: string): SelectedField[] {
  const { definitions } = parse(query, { noLocation: true });
  const isOperation = (node: { kind: Kind }): node is OperationDefinitionNode =>
    node.kind === Kind.OPERATION_DEFINITION;
  const selectionSet = definitions.find(isOperation)?.selectionSet;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const [first] = selectionSet?.selections ?? [];
  const entities = first?.kind === Kind.FIELD && first.name.value === '_entities' ? first.selectionSet : undefined;
  return collect(entities ?? selectionSet, [], [], fragments);
}

function collect(
  selectionSet: SelectionSetNode | undefined,
  typeConditions: readonly string[],
  outer: readonly DirectiveNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectedField[] {
  return (selectionSet?.selections ?? []).flatMap((selection): SelectedField[] => {
    const directives = [...outer, ...(selection.directives ?? [])];
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      return key === '__typename' ? [] : [{ key, typeConditions, directives }];
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    const condition = fragment?.typeCondition?.name.value;
    const inner = condition === undefined ? typeConditions : [...typeConditions, condition];
    return collect(fragment?.selectionSet, inner, directives, fragments);
  });
}
