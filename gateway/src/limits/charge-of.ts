import { type Amount, product, sum, taken, type Variables } from '@atrium/supergraph/costs';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** How many requests an operation counts as. */
export type OperationCharge = (variables: Variables) => number;

const oneRequest: OperationCharge = () => 1;

/**
 * What an operation is charged against the rate of its key: one request, or as many as the charged lists of its
 * mutations have items, so that a batch is no way round the rate. `chargedLists` are `field.argument` paths, such as
 * `createUsers.input.users`. The document is valid and within its limits.
 */
export function chargeOf(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  chargedLists: readonly string[],
): OperationCharge {
  if (operation.operation !== OperationTypeNode.MUTATION) return oneRequest;
  const paths = new Map(chargedLists.map((path) => path.split('.')).map(([field = '', ...rest]) => [field, rest]));
  const items = itemsWithin(operation.selectionSet, document, paths);
  if (typeof items !== 'number') return (variables) => Math.max(1, items(variables));
  return items <= 1 ? oneRequest : () => items;
}

type Paths = ReadonlyMap<string, readonly string[]>;

function itemsWithin({ selections }: SelectionSetNode, document: DocumentNode, paths: Paths): Amount {
  return sum(
    selections.map((selection) => {
      if (selection.kind === Kind.FIELD) return product(taken(selection.directives), itemsOf(selection, paths));
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : findFragment(document, selection.name.value);
      return inner ? product(taken(selection.directives), itemsWithin(inner.selectionSet, document, paths)) : 0;
    }),
  );
}

function findFragment({ definitions }: DocumentNode, name: string) {
  return definitions.find((each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name) as
    | { selectionSet: SelectionSetNode }
    | undefined;
}

function itemsOf(field: FieldNode, paths: Paths): Amount {
  const [argument, ...path] = paths.get(field.name.value) ?? [];
  const value = field.arguments?.find(({ name }) => name.value === argument)?.value;
  return value ? itemsAt(value, path) : 0;
}

function itemsAt(node: ValueNode, path: readonly string[]): Amount {
  if (node.kind === Kind.VARIABLE) {
    const name = node.name.value;
    return (variables) => countAt(variables[name], path);
  }
  const [key, ...rest] = path;
  if (key === undefined) return node.kind === Kind.LIST ? node.values.length : 1;
  const inner = node.kind === Kind.OBJECT ? node.fields.find(({ name }) => name.value === key)?.value : undefined;
  return inner ? itemsAt(inner, rest) : 0;
}

function countAt(value: unknown, path: readonly string[]): number {
  let inner = value;
  for (const key of path) inner = (inner as Record<string, unknown> | null | undefined)?.[key];
  return Array.isArray(inner) ? inner.length : Number(inner != null);
}
