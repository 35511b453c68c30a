import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** How many selections there are with fragments spread out; parts that are shared are counted once and added as often. */
export function countSelections(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  known = new Map<SelectionSetNode, number>(),
): number {
  const before = known.get(selectionSet);
  if (before !== undefined) return before;
  let count = 0;
  for (const selection of selectionSet.selections) {
    const inner =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? fragments.get(selection.name.value)?.selectionSet
        : selection.selectionSet;
    count += 1 + (inner ? countSelections(inner, fragments, known) : 0);
  }
  known.set(selectionSet, count);
  return count;
}
