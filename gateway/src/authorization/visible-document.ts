import { PublicError } from '@atrium/service-kit';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { OperationToCompile } from '../execution/execution.ts';
import { countSelections } from './count-selections.ts';
import type { ScopeGuard } from './guard.ts';
import { Hiding } from './hiding.ts';
import { usedBy } from './used-definitions.ts';

/** What is left of a document for somebody. */
export interface VisibleDocument {
  /** The document to plan and fetch; the very same objects where nothing is denied, undefined where nothing is left. */
  visible: OperationToCompile['visible'];
  /**
   * Names what of the document is denied, as `Type.field` with spaces between. What is compiled for one caller serves
   * all for whom this is the same.
   */
  signature: string;
}

/** A document may grow where a field is denied for some of the types behind an interface; more than this is no one's. */
const maxSelections = 10_000;

/**
 * Takes out of a valid document what the caller may not see, so that it is not fetched. A field of an interface that is
 * denied for some of the types behind it is asked of the others one by one. What is left without a selection asks for
 * `__typename`; fragments and variables that are left without a use go. Throws QUERY_TOO_COMPLEX where too much is left.
 */
export function visibleDocument(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  guard: ScopeGuard,
): VisibleDocument {
  const untouched = { visible: { document, operation }, signature: '' };
  const root = schema.getRootType(operation.operation);
  if (guard.deniesNothing || !root) return untouched;
  const hiding = new Hiding(document, schema, guard);
  const selectionSet = hiding.within(operation.selectionSet, root);
  if (hiding.denied.size === 0) return untouched;
  const signature = [...hiding.denied].sort().join(' ');
  if (!selectionSet) return { visible: undefined, signature };
  const fragments = hiding.fragments();
  if (countSelections(selectionSet, fragments) > maxSelections) {
    throw new PublicError('QUERY_TOO_COMPLEX', 'The operation asks for too many fields at once. Split it.');
  }
  return { visible: usedBy({ ...operation, selectionSet }, fragments), signature };
}
