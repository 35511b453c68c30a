import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { LimitMet } from './limit-met.ts';
import type { LimitSettings } from './settings.ts';

/**
 * Refuses operations that ask for the same again and again in one place: validation must compare each such field with
 * each other (GraphQL specification, 5.3.2), which takes time that grows with the square of their number.
 * It takes time linear in the number of selections, and ends only where no fragment is circular: both are judged before.
 */
export function limitRepetitions(document: DocumentNode, limits: LimitSettings): LimitMet | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    if (countPairs(definition, fragments) > limits.documentMaxRepetitions) {
      return new LimitMet('repetitions', 'The operation repeats the same fields too often. Ask for each once.');
    }
  }
  return undefined;
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The fields of one response name in one place: how many there are, and what is asked of them. */
interface Group {
  fields: number;
  below: SelectionSetNode[];
}

function countPairs(definition: OperationDefinitionNode | FragmentDefinitionNode, fragments: Fragments): number {
  let pairs = 0;
  const waiting: SelectionSetNode[][] = [[definition.selectionSet]];
  for (let sets = waiting.pop(); sets; sets = waiting.pop()) {
    const groups = new Map<string, Group>();
    for (const set of sets) collect(set, fragments, groups);
    for (const { fields, below } of groups.values()) {
      pairs += (fields * (fields - 1)) / 2;
      if (below.length > 0) waiting.push(below);
    }
  }
  return pairs;
}

function collect({ selections }: SelectionSetNode, fragments: Fragments, groups: Map<string, Group>): void {
  for (const selection of selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet, fragments, groups);
    else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = fragments.get(selection.name.value);
      if (fragment) collect(fragment.selectionSet, fragments, groups);
    } else {
      const name = (selection.alias ?? selection.name).value;
      let group = groups.get(name);
      if (!group) {
        group = { fields: 0, below: [] };
        groups.set(name, group);
      }
      group.fields += 1;
      if (selection.selectionSet) group.below.push(selection.selectionSet);
    }
  }
}
