import { type DocumentNode, type FragmentDefinitionNode, Kind, type OperationDefinitionNode, visit } from 'graphql';

/** A document of an operation and what it uses: fragments that it does not spread are left out, and variables too. */
export function usedBy(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): { document: DocumentNode; operation: OperationDefinitionNode } {
  const used = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  const seen = new Set<object>();
  const collect = (definition: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(definition, {
      VariableDefinition: () => false,
      // Parts that are shared are looked at once.
      SelectionSet: (node) => (seen.has(node) ? false : void seen.add(node)),
      Variable: (node) => void variables.add(node.name.value),
      FragmentSpread: ({ name }) => {
        const fragment = fragments.get(name.value);
        if (!fragment || used.has(name.value)) return;
        used.set(name.value, fragment);
        collect(fragment);
      },
    });
  };
  collect(operation);
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) =>
    variables.has(variable.name.value),
  );
  const left = variableDefinitions ? { ...operation, variableDefinitions } : operation;
  return { document: { kind: Kind.DOCUMENT, definitions: [left, ...used.values()] }, operation: left };
}
