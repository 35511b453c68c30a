import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  visit,
} from 'graphql';
import type { Operation } from './answers.ts';
import type { Circumstances } from './circumstances.ts';
import type { ComposedGraph } from './composed-graph.ts';
import type { Graph } from './graph.ts';
import type { Example } from './known-departures.ts';

/** Something that @apollo/query-planner plans wrongly, so that whoever runs its plans answers wrongly. */
export interface PlannerFault {
  name: string;
  reason: string;
  /** Whether an operation meets it. */
  meets(operation: Operation, composed: ComposedGraph, circumstances: Circumstances): boolean;
  /** A small case that shows it, so that the list cannot rot. */
  example: Example;
}

/** The known faults of the planner. */
export const plannerFaults: readonly PlannerFault[] = [
  {
    name: 'what some types behind an interface object require',
    reason:
      'Of an interface object one field is wanted of all types, and one that requires another only of some. The planner asks for both in one fetch, and for what is required only where the type is one of those; the others are without it, so that they cannot be asked for at all.',
    meets: ({ document }, { graph, ownership: { requirements } }) =>
      asksOfSomeTypes(document, graph, [...requirements.keys()]),
    example: { graph: 'lending', document: '{ allMedia { ... on Book { fee(days: 0) } available } }' },
  },
  {
    name: 'what is wanted of some types behind an interface object',
    reason:
      'The subgraph that knows the object cannot tell its types apart, so that it is asked of all. Where it fails for one of which nobody wanted it, and may not be null, all else of that one is lost.',
    meets: ({ document }, { graph, ownership: { owners } }, { faultSeed }) =>
      faultSeed !== 0 && asksOfSomeTypes(document, graph, [...owners.keys()]),
    example: {
      graph: 'media',
      document: '{ allMedia { reviews { __typename } ... on Game { bestReview { media { available } } } } }',
      faultSeed: 4,
    },
  },
];

/** Whether one of the fields that an interface object adds stands below the condition of a type behind it. */
function asksOfSomeTypes(document: DocumentNode, { families = {} }: Graph, coordinates: readonly string[]): boolean {
  const members = new Set(Object.values(families).flat());
  const added = new Set(
    coordinates
      .map((coordinate) => coordinate.split('.'))
      .flatMap(([type = '', field = '']) => (families[type] ? [field] : [])),
  );
  let found = false;
  const look = {
    Field: ({ name }: FieldNode) => {
      if (added.has(name.value)) found = true;
    },
    FragmentSpread: ({ name }: FragmentSpreadNode) => {
      const spread = document.definitions.find(
        (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === name.value,
      );
      if (spread) visit(spread, look);
    },
  };
  const lookBelow = (node: InlineFragmentNode | FragmentDefinitionNode) => {
    const condition = node.typeCondition?.name.value;
    if (condition !== undefined && members.has(condition)) visit(node, look);
  };
  visit(document, { InlineFragment: lookBelow, FragmentDefinition: lookBelow });
  return found;
}
