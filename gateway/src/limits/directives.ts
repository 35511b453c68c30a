import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { LimitMet } from './limit-met.ts';
import type { LimitSettings } from './settings.ts';

/** Refuses documents with many directives, each of which several rules of validation and the planner look at. */
export function limitDirectives(
  document: DocumentNode,
  { documentMaxDirectives }: LimitSettings,
): LimitMet | undefined {
  if (countDirectives(document) <= documentMaxDirectives) return undefined;
  return new LimitMet('directives', 'The document has too many directives. Use fewer.');
}

function countDirectives({ definitions }: DocumentNode): number {
  let count = 0;
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    count += (definition.directives?.length ?? 0) + countWithin(definition.selectionSet);
    for (const variable of definition.variableDefinitions ?? []) count += variable.directives?.length ?? 0;
  }
  return count;
}

function countWithin({ selections }: SelectionSetNode): number {
  let count = 0;
  for (const selection of selections) {
    count += selection.directives?.length ?? 0;
    if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet) count += countWithin(selection.selectionSet);
  }
  return count;
}
