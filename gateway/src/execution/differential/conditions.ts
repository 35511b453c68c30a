import { type DocumentNode, Kind, type SelectionNode, type SelectionSetNode } from 'graphql';
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

function hasPlainField(document: DocumentNode, { selections }: SelectionSetNode): boolean {
  return selections.some((selection) => {
    if (isConditional(selection)) return false;
    if (selection.kind === Kind.FIELD) return true;
    const below = selectionSetOf(document, selection);
    return below !== undefined && hasPlainField(document, below);
  });
}

function isConditional({ directives = [] }: SelectionNode): boolean {
  return directives.length > 0;
}

function selectionSetOf(document: DocumentNode, selection: SelectionNode): SelectionSetNode | undefined {
  if (selection.kind !== Kind.FRAGMENT_SPREAD) return selection.selectionSet;
  const fragment = document.definitions.find(
    (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === selection.name.value,
  );
  return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fragment.selectionSet : undefined;
}
