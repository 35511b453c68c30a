import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

const introspectionFields = new Set(['__schema', '__type']);

/** Whether an operation asks for the schema; `__typename` is no secret. */
export function introspects(operation: OperationDefinitionNode, document: DocumentNode): boolean {
  return [...rootFields(operation, document)].some((name) => introspectionFields.has(name));
}

/** The names of the fields that an operation selects at its root, through fragments as well. */
export function rootFields(operation: OperationDefinitionNode, document: DocumentNode): Set<string> {
  const names = new Set<string>();
  const fragments = new Set<string>();
  const collect = (selectionSet: SelectionSetNode): void => {
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (!fragments.has(selection.name.value)) {
        fragments.add(selection.name.value);
        for (const definition of document.definitions) {
          const isNamed =
            definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value;
          if (isNamed) collect(definition.selectionSet);
        }
      }
    }
  };
  collect(operation.selectionSet);
  return names;
}
