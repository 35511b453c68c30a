import type { AtriumAnswer } from './atrium-executor.ts';
import { whereShown } from './normalize.ts';

/** What is wrong with the errors of a response of ours in itself, whatever others answer. */
export function checkErrors({ data, errors }: AtriumAnswer): { kind: string; at: string }[] {
  const seen = new Set<string>();
  return errors.flatMap(({ path, code, message }) => {
    const at = JSON.stringify(path) ?? 'everywhere';
    const shown = whereShown(path, data);
    const faults = [
      // One error for a field, says 6.4.4 of the specification.
      ...(seen.has(at) ? ['told twice'] : []),
      // What clients did not ask for they cannot make sense of.
      ...(shown === undefined ? ['at no place of the response'] : []),
      // Where there is a value nothing went wrong, unless it is what one of two subgraphs gave for a root they share.
      ...(shown?.endsWith('has a value') && code !== 'UNAVAILABLE' ? ['where there is a value'] : []),
      ...(code === 'INTERNAL' || code === 'UNAVAILABLE' ? [] : [`with the code ${code}`]),
      // What a resolver said is for the subgraph's own log.
      ...(/struck|undefined|\[object/.test(message) ? ['with a message that should not leave'] : []),
    ];
    seen.add(at);
    return faults.map((fault) => ({ kind: `error ${fault}`, at }));
  });
}
