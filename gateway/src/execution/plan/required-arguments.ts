import type { Schema } from '@apollo/federation-internals';
import { parse, visit } from 'graphql';

/**
 * The names of the fields that some `@requires` asks for with arguments. The planner fetches those under their own
 * name, where a client may have asked for the same field with other arguments.
 */
export function readRequiredArguments(supergraph: Schema): Set<string> {
  const names = new Set<string>();
  for (const application of supergraph.directive('join__field')?.applications() ?? []) {
    const { requires } = application.arguments() as { requires?: unknown };
    if (typeof requires !== 'string' || !requires.includes('(')) continue;
    visit(parse(`{${requires}}`, { noLocation: true }), {
      Field({ name, arguments: given }) {
        if (given?.length) names.add(name.value);
      },
    });
  }
  return names;
}
