import type { LintedElement } from '../element.ts';
import type { LintRule } from '../rule.ts';

/** Elements whose meaning is that of a specification, the same in every schema. */
const wellKnown = /^(\w+\.id|Query|Mutation|Subscription|\w+Connection\.(edges|pageInfo)|\w+Edge\.node|PageInfo\.\w+)$/;

export const descriptions: LintRule = {
  id: 'description-missing',
  why: 'Descriptions are the documentation that front-end teams read. Only what a specification explains needs none: `id`, the parts of a connection, and the input and payload of a mutation, which the mutation describes.',
  judge(element, { find, roots }) {
    if (element.description?.trim()) return undefined;
    if (wellKnown.test(element.coordinate)) return undefined;
    if (belongsToMutation(element, (field) => find(`${roots.mutation}.${field}`) !== undefined)) return undefined;
    return `'${element.coordinate}' has no description`;
  },
};

/** Whether an element is a mutation's input or payload as a whole; their fields need descriptions all the same. */
function belongsToMutation({ kind, name, within }: LintedElement, isMutation: (field: string) => boolean): boolean {
  if (kind === 'argument' && name === 'input') return isMutation(within.at(-1)?.name ?? '');
  const stem = /^(\w+)(Input|Payload)$/.exec(name)?.[1];
  return kind === 'type' && stem !== undefined && isMutation(stem.charAt(0).toLowerCase() + stem.slice(1));
}

export const scalarExamples: LintRule = {
  id: 'scalar-example-missing',
  why: 'A scalar is a form that clients have to write or read; an example in backquotes, or the address of its specification, says which.',
  judge({ kind, node, description = '', name }) {
    if (kind !== 'type' || node.kind !== 'ScalarTypeDefinition') return undefined;
    if (/`[^`]+`|https?:\/\//.test(description)) return undefined;
    return `The description of scalar '${name}' shows no example`;
  },
};
