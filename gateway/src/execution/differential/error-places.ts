import {
  type FieldNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Path } from '../subgraph-answer.ts';

type Variables = Record<string, unknown>;

/** Ten thousand equal errors help nobody: one fetch is told of in so many places at most. */
const maxPlaces = 100;

/**
 * The fields that a fetch was to bring, as paths in the subgraph's answer: each is null when the fetch fails, and the
 * GraphQL specification (6.4.4) wants an error for each. Entities are `['_entities', index, field]`.
 */
export function fieldsOf(query: string, given: Variables): Path[] {
  const operation = parse(query, { noLocation: true }).definitions.find(
    (node) => node.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) return [];
  const variables = { ...defaultsOf(operation), ...given };
  const roots = selectedFields(operation.selectionSet, variables);
  const entities = roots.find((field) => field.name.value === '_entities');
  const { representations } = variables;
  if (!entities?.selectionSet || !Array.isArray(representations)) return roots.map((field) => [responseName(field)]);
  const { selectionSet } = entities;
  const places: Path[] = [];
  for (const [index, representation] of representations.entries()) {
    if (places.length >= maxPlaces) break;
    const { __typename } = representation as { __typename?: string };
    for (const field of selectedFields(selectionSet, variables, __typename)) {
      places.push(['_entities', index, responseName(field)]);
    }
  }
  return places.slice(0, maxPlaces);
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
  );
  return Object.fromEntries(defaults);
}

/** The fields that a selection asks of an object of this type, but for `__typename`. */
function selectedFields(selectionSet: SelectionSetNode, variables: Variables, typeName?: string): FieldNode[] {
  const found = selectionSet.selections.flatMap((selection): FieldNode[] => {
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if === true;
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if !== false;
    if (skip || !include) return [];
    if (selection.kind === Kind.FIELD) return selection.name.value === '__typename' ? [] : [selection];
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [];
    const condition = selection.typeCondition?.name.value;
    if (condition !== undefined && typeName !== undefined && condition !== typeName) return [];
    return selectedFields(selection.selectionSet, variables, typeName);
  });
  const byName = new Map(found.map((field) => [responseName(field), field]));
  return [...byName.values()];
}

function responseName(field: FieldNode): string {
  return (field.alias ?? field.name).value;
}
