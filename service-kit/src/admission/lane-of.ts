import { getOperationAST, OperationTypeNode, parse } from 'graphql';

/** How many documents that mention a mutation are remembered. */
const maxRemembered = 1_000;
/** The beginning of a body as the gateway and the sister services write it, when its operation is a mutation. */
const mutationFirst = /^\{"query":"(?:\s|\\n)*mutation\b/;

/**
 * Tells from the text of a JSON body whether its operation is a mutation, without reading more of it than needed. Where
 * the word is nowhere in it, it is none; where it stands first, it is one. Else it may be a name, or a value, and the
 * document is parsed, once.
 */
export function createMutationCheck(): (body: string) => boolean {
  const known = new Map<string, boolean>();

  function isMutation(query: string, operationName: unknown): boolean {
    const key = typeof operationName === 'string' ? `${operationName} ${query}` : query;
    const found = known.get(key);
    if (found !== undefined) return found;
    const judged = judge(query, operationName);
    if (known.size >= maxRemembered) known.clear();
    known.set(key, judged);
    return judged;
  }

  return (body) => {
    if (mutationFirst.test(body)) return true;
    // A letter may be escaped in JSON, which nobody does who writes it by machine.
    if (!body.includes('mutation') && !body.includes('\\u00')) return false;
    try {
      const { query, operationName } = JSON.parse(body) as { query?: unknown; operationName?: unknown };
      return typeof query === 'string' && isMutation(query, operationName);
    } catch {
      // What cannot be read is refused soon, and is no work.
      return false;
    }
  };
}

function judge(query: string, operationName: unknown): boolean {
  try {
    const name = typeof operationName === 'string' ? operationName : undefined;
    return getOperationAST(parse(query), name)?.operation === OperationTypeNode.MUTATION;
  } catch {
    return false;
  }
}
