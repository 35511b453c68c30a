import { PublicError } from '@atrium/service-kit';
import {
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** How large an operation may be. */
export interface DocumentLimits {
  maxDepth: number;
  maxAliases: number;
}

interface Size {
  depth: number;
  aliases: number;
}

/** A validation rule that refuses operations beyond these limits. It takes time linear in the document's length. */
export function limitDocument(limits: DocumentLimits): ValidationRule {
  return (context) => ({
    OperationDefinition(node) {
      const { depth, aliases } = measure(node.selectionSet, context, new Map());
      if (depth > limits.maxDepth) {
        context.reportError(
          tooComplex(`The operation is nested too deeply. Ask for at most ${limits.maxDepth} levels.`),
        );
      }
      if (aliases > limits.maxAliases) {
        context.reportError(tooComplex(`The operation has too many aliases. Use at most ${limits.maxAliases}.`));
      }
    },
  });
}

/** The error for a document that would cost too much; its message says what to do. */
export function tooComplex(message: string): GraphQLError {
  return new GraphQLError(message, { originalError: new PublicError('QUERY_TOO_COMPLEX', message) });
}

const nothing: Size = { depth: 0, aliases: 0 };

// Each fragment is measured once. While it is, it counts as nothing, so that a cycle (refused by another rule) ends.
function measure(selectionSet: SelectionSetNode, context: ValidationContext, known: Map<string, Size>): Size {
  let depth = 0;
  let aliases = 0;
  for (const selection of selectionSet.selections) {
    let size = nothing;
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      size = measureFragment(context.getFragment(selection.name.value), context, known);
    } else if (selection.selectionSet) {
      size = measure(selection.selectionSet, context, known);
    }
    const isField = selection.kind === Kind.FIELD;
    depth = Math.max(depth, size.depth + (isField ? 1 : 0));
    aliases += size.aliases + (isField && selection.alias ? 1 : 0);
  }
  return { depth, aliases };
}

function measureFragment(
  fragment: FragmentDefinitionNode | null | undefined,
  context: ValidationContext,
  known: Map<string, Size>,
): Size {
  if (!fragment) return nothing;
  const name = fragment.name.value;
  const measured = known.get(name);
  if (measured) return measured;
  known.set(name, nothing);
  const size = measure(fragment.selectionSet, context, known);
  known.set(name, size);
  return size;
}
