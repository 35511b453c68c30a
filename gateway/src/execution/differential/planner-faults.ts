import { type ASTNode, type FieldNode, type FragmentDefinitionNode, type InlineFragmentNode, visit } from 'graphql';
import type { Operation } from './answers.ts';
import type { ComposedGraph } from './composed-graph.ts';
import type { Graph } from './graph.ts';
import type { Example } from './known-departures.ts';
import type { Ownership } from './ownership.ts';

/** Something that @apollo/query-planner plans wrongly, so that whoever runs its plans answers wrongly. */
export interface PlannerFault {
  name: string;
  reason: string;
  /** Whether an operation meets it. */
  meets(operation: Operation, composed: ComposedGraph): boolean;
  /** A small case that shows it, so that the list cannot rot. */
  example: Example;
}

/** The known faults of the planner. */
export const plannerFaults: readonly PlannerFault[] = [
  {
    name: 'what some types behind an interface object require',
    reason:
      'Of an interface object one field is wanted of all types, and one that requires another only of some. The planner asks for both in one fetch, and for what is required only where the type is one of those; the others are without it, so that they cannot be asked for at all.',
    meets: ({ definition, document }, { graph, ownership }) =>
      requiresOfSomeTypes([definition, ...document.definitions], graph, ownership),
    example: { graph: 'lending', document: '{ allMedia { ... on Book { fee(days: 0) } available } }' },
  },
];

/** Whether a field that an interface object adds, and that requires another, stands below the condition of a type. */
function requiresOfSomeTypes(definitions: readonly ASTNode[], graph: Graph, { requirements }: Ownership): boolean {
  const families = Object.entries(graph.families ?? {});
  const members = new Set(families.flatMap(([, types]) => types));
  const added = new Set(families.flatMap(([family]) => fieldsThatRequire(family, requirements)));
  let found = false;
  const look = {
    Field: ({ name }: FieldNode) => {
      if (added.has(name.value)) found = true;
    },
  };
  const lookBelow = (node: InlineFragmentNode | FragmentDefinitionNode) => {
    const condition = node.typeCondition?.name.value;
    if (condition !== undefined && members.has(condition)) visit(node, look);
  };
  for (const definition of definitions) {
    visit(definition, { InlineFragment: lookBelow, FragmentDefinition: lookBelow });
  }
  return found;
}

function fieldsThatRequire(type: string, requirements: Ownership['requirements']): string[] {
  return [...requirements.keys()].flatMap((coordinate) => {
    const [owner, field = ''] = coordinate.split('.');
    return owner === type ? [field] : [];
  });
}
