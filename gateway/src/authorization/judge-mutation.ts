import { PublicError } from '@atrium/service-kit';
import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { rootFields } from '../documents/root-fields.ts';
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
  for (const field of rootFields(operation, document)) {
    if (!guard.denies(type.name, field)) continue;
    const message = `This mutation needs ${guard.missing(type.name, field)}. Use a key that has it.`;
    return new PublicError('FORBIDDEN', message);
  }
  return undefined;
}
