import { type DocumentNode, Kind, type SelectionNode, type SelectionSetNode, visit } from 'graphql';
import type { Operation } from './answers.ts';

/** Whether an operation has a field under a condition, with nothing below it that stands under none of its own. */
export function hasHollowField({ document, definition }: Operation): boolean {
  const isBad = ({ selections }: SelectionSetNode, conditional: boolean): boolean =>
    selections.some((selection) => {
      const below = selectionSetOf(document, selection);
      if (!below) return false;
      const now = conditional || isConditional(selection);
      return (now && selection.kind === Kind.FIELD && !hasPlainField(document, below)) || isBad(below, now);
    });
  return isBad(definition.selectionSet, false);
}

/** Whether an operation has a selection that a literal leaves out, below one whose condition is a variable. */
export function leavesOutBelowVariable({ document, definition }: Operation): boolean {
  const isBad = ({ selections }: SelectionSetNode, outer: boolean): boolean =>
    selections.some((selection) => {
      const values = conditionsOf(selection);
      const now = outer || values.includes('variable');
      if (now && values.includes('never')) return true;
      const below = selectionSetOf(document, selection);
      return below !== undefined && isBad(below, now);
    });
  return isBad(definition.selectionSet, false);
}

/** Whether an operation has a selection that one literal keeps and another leaves out. */
export function keepsAndLeavesOut({ document }: Operation): boolean {
  let found = false;
  const look = (selection: SelectionNode) => {
    const values = conditionsOf(selection);
    if (values.includes('always') && values.includes('never')) found = true;
  };
  visit(document, { Field: look, InlineFragment: look, FragmentSpread: look });
  return found;
}

function conditionsOf({ directives = [] }: SelectionNode): ('variable' | 'always' | 'never')[] {
  return directives.map(({ name, arguments: [argument] = [] }) => {
    if (argument?.value.kind !== Kind.BOOLEAN) return 'variable';
    return argument.value.value === (name.value === 'include') ? 'always' : 'never';
  });
}

function hasPlainField(document: DocumentNode, { selections }: SelectionSetNode): boolean {
  return selections.some((selection) => {
    if (isConditional(selection)) return false;
    if (selection.kind === Kind.FIELD) return true;
    const below = selectionSetOf(document, selection);
    return below !== undefined && hasPlainField(document, below);
  });
}

function isConditional(selection: SelectionNode): boolean {
  return conditionsOf(selection).some((value) => value !== 'always');
}

function selectionSetOf(document: DocumentNode, selection: SelectionNode): SelectionSetNode | undefined {
  if (selection.kind !== Kind.FRAGMENT_SPREAD) return selection.selectionSet;
  const fragment = document.definitions.find(
    (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === selection.name.value,
  );
  return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fragment.selectionSet : undefined;
}
