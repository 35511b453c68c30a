import { OperationTypeNode } from 'graphql';
import { createOperationKinds } from '../operation-kind.ts';

/** How many documents that mention a mutation are remembered. */
const maxRemembered = 100;
/** The beginning of a body as the gateway and the sister services write it, when its operation is a mutation. */
const mutationFirst = /^\{"query":"(?:\s|\\n)*mutation\b/;

/**
 * Tells from the text of a JSON body whether its operation is a mutation, without reading more of it than needed. Where
 * the word is nowhere in it, it is none; where it stands first, it is one. Else it may be a name, or a value, and the
 * document is parsed, once.
 */
export function createMutationCheck(): (body: string) => boolean {
  const kindOf = createOperationKinds(maxRemembered);
  return (body) => {
    if (mutationFirst.test(body)) return true;
    // A letter may be escaped in JSON, which nobody does who writes it by machine.
    if (!body.includes('mutation') && !body.includes('\\u00')) return false;
    try {
      const { query, operationName } = JSON.parse(body) as { query?: unknown; operationName?: unknown };
      if (typeof query !== 'string') return false;
      const name = typeof operationName === 'string' ? operationName : undefined;
      return kindOf(query, name) === OperationTypeNode.MUTATION;
    } catch {
      // What cannot be read is refused soon, and is no work.
      return false;
    }
  };
}
