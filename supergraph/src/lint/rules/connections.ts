import { Kind, print } from 'graphql';
import { type LintedElement, namedType } from '../element.ts';
import type { LintContext, LintRule } from '../rule.ts';

export const boundedLists: LintRule = {
  id: 'list-unbounded',
  why: 'A list that grows with the data is a connection, so that nobody has to answer all of it; one that has an end says which by @listSize.',
  judge(element, context) {
    const { kind, type, coordinate, within } = element;
    const holder = within[0];
    if (kind !== 'field' || !type || !holder || !print(type).startsWith('[')) return undefined;
    if (!context.objects.has(namedType(type)) || context.has(element, 'listSize')) return undefined;
    const grows = holder.name === context.roots.query || context.entities.has(holder.name);
    if (!grows && !context.entities.has(namedType(type))) return undefined;
    return `'${coordinate}' is a list of '${namedType(type)}' without an end; make it a connection, or say how long it is by @listSize`;
  },
};

export const connectionShape: LintRule = {
  id: 'connection-shape',
  why: 'Connections have the shape of the Relay cursor specification, so that clients page through all of them by the same code.',
  judge(element, { find }) {
    const { kind, name } = element;
    if (kind !== 'type' || !name.endsWith('Connection') || element.node.kind !== Kind.OBJECT_TYPE_DEFINITION)
      return undefined;
    const stem = name.slice(0, -'Connection'.length);
    const wanted = [
      [`${name}.edges`, `[${stem}Edge!]!`],
      [`${name}.pageInfo`, 'PageInfo!'],
      [`${stem}Edge.cursor`, 'String!'],
    ] as const;
    for (const [coordinate, type] of wanted) {
      const found = find(coordinate)?.type;
      if (!found || print(found) !== type) return `'${coordinate}' must be '${type}'`;
    }
    return find(`${stem}Edge.node`) ? undefined : `'${stem}Edge.node' is missing`;
  },
};

export const connectionArguments: LintRule = {
  id: 'connection-arguments',
  why: 'A page is asked for by `first` and `after`, and its size is what it costs: `@listSize(slicingArguments: ["first"], sizedFields: ["edges"])`.',
  judge(element, context) {
    const { kind, type, coordinate } = element;
    if (kind !== 'field' || !type || !namedType(type).endsWith('Connection')) return undefined;
    const missing = ['first', 'after'].filter((name) => !context.find(`${coordinate}(${name}:)`));
    if (missing.length > 0) return `'${coordinate}' answers a connection and takes no '${missing.join("' and no '")}'`;
    return saysItsSize(element, context)
      ? undefined
      : `'${coordinate}' answers a connection and does not say by @listSize what a page costs`;
  },
};

function saysItsSize(element: LintedElement, context: LintContext): boolean {
  const [{ slicingArguments, sizedFields } = {}] = context.uses(element, 'listSize');
  return [slicingArguments, sizedFields].every((each) => Array.isArray(each) && each.length > 0);
}
