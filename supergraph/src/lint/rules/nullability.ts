import { Kind, print, type TypeNode } from 'graphql';
import { namedType } from '../element.ts';
import type { LintRule } from '../rule.ts';

export const nullableRemote: LintRule = {
  id: 'remote-nonnull',
  why: 'What another service answers, what can fail and what needs a scope of its own can be missing; where it must not be null, its absence takes everything around it along.',
  judge(element, context) {
    const { kind, type, within, coordinate } = element;
    if (kind !== 'field' || type?.kind !== Kind.NON_NULL_TYPE) return undefined;
    const { roots, entities } = context;
    const holder = within[0];
    if (!holder) return undefined;
    if (holder.name === roots.query || holder.name === roots.mutation) {
      return `'${coordinate}' is at the root of an operation and can never be null: when it fails, all else of the operation is lost`;
    }
    if (context.has(element, 'requiresScopes')) {
      return `'${coordinate}' needs a scope of its own and can never be null: without the scope its parent is lost`;
    }
    if (entities.has(namedType(type)) && !isOwn(namedType(type), context) && !/Edge$/.test(holder.name)) {
      return `'${coordinate}' answers '${namedType(type)}', which other services have a part in, and can never be null`;
    }
    return undefined;
  },
};

/** Whether a type is described here as a whole, rather than extended: some field of it is more than its key. */
function isOwn(name: string, { find, uses }: Parameters<LintRule['judge']>[1]): boolean {
  const type = find(name);
  if (type?.description === undefined) return false;
  return uses(type, 'key').some(({ resolvable }) => resolvable !== false);
}

export const nonNullIds: LintRule = {
  id: 'id-nullable',
  why: 'An `id` is what clients and caches know a thing by, so there is always one.',
  judge({ kind, name, type, coordinate }) {
    if (kind !== 'field' || name !== 'id' || !type) return undefined;
    return print(type) === 'ID!' ? undefined : `'${coordinate}' is '${print(type)}', not 'ID!'`;
  },
};

export const nonNullItems: LintRule = {
  id: 'list-item-nullable',
  why: 'A list has items or it does not; a null among them is a question that every client would have to answer.',
  judge({ type, coordinate }) {
    return type && holdsNullableItem(type)
      ? `'${coordinate}' may have null among its items: '${print(type)}'`
      : undefined;
  },
};

function holdsNullableItem(type: TypeNode): boolean {
  if (type.kind === Kind.NON_NULL_TYPE) return holdsNullableItem(type.type);
  if (type.kind !== Kind.LIST_TYPE) return false;
  return type.type.kind !== Kind.NON_NULL_TYPE || holdsNullableItem(type.type);
}
