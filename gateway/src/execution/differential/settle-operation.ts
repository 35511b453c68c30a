import { Kind, print, valueFromASTUntyped, visit } from 'graphql';
import { type Conditional, settleConditions } from '../plan/conditions.ts';
import type { Operation } from './answers.ts';

/**
 * The operation without its `@skip` and `@include`, as its variables decide them. Our executor plans for each outcome of
 * them and @apollo/gateway once for all, so that other fetches may bring a field, which shows where a subgraph is down.
 * Undefined where something of it would be left without a selection.
 */
export function settleOperation(operation: Operation): Operation | undefined {
  let hollow = false;
  const values = { ...defaultsOf(operation), ...operation.variables };
  const settle = (node: Conditional) => settleConditions(node, values);
  const document = visit(operation.document, {
    Field: settle,
    InlineFragment: settle,
    FragmentSpread: settle,
    SelectionSet: {
      leave({ selections }) {
        if (selections.length === 0) hollow = true;
      },
    },
  });
  if (hollow) return undefined;
  const definition = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return { ...operation, document, definition: definition as Operation['definition'], text: print(document) };
}

function defaultsOf({ definition: { variableDefinitions = [] } }: Operation): Record<string, unknown> {
  const defaults = variableDefinitions.map(({ variable, defaultValue }) => {
    return [variable.name.value, defaultValue && valueFromASTUntyped(defaultValue)];
  });
  return Object.fromEntries(defaults);
}
