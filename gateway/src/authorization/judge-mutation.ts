import { PublicError } from '@atrium/service-kit';
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { ScopeGuard } from './guard.ts';

/**
 * Refuses a mutation whole, before anything of it runs, where one of its changes is denied: half a change helps nobody.
 * What a payload shows is judged like any other field.
 */
export function judgeMutation(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  schema: GraphQLSchema,
  guard: ScopeGuard,
): PublicError | undefined {
  const type = operation.operation === OperationTypeNode.MUTATION ? schema.getMutationType() : undefined;
  if (!type || guard.deniesNothing) return undefined;
  for (const field of rootFields(operation.selectionSet, document)) {
    if (!guard.denies(type.name, field)) continue;
    const message = `This mutation needs ${guard.missing(type.name, field)}. Use a key that has it.`;
    return new PublicError('FORBIDDEN', message);
  }
  return undefined;
}

function rootFields({ selections }: SelectionSetNode, document: DocumentNode, found = new Set<string>()): Set<string> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) found.add(selection.name.value);
    else if (selection.kind === Kind.INLINE_FRAGMENT) rootFields(selection.selectionSet, document, found);
    else {
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.FRAGMENT_DEFINITION || definition.name.value !== selection.name.value) continue;
        rootFields(definition.selectionSet, document, found);
      }
    }
  }
  return found;
}
