import type { Affected, Finding } from '../../findings/finding.ts';
import { placeOfNode } from '../../findings/place-of-node.ts';
import { argumentsOf } from '../../linked-directive.ts';
import { type FederationReader, fieldSetOf } from './federation-directive.ts';
import { findingAt } from './finding-at.ts';
import type { SubgraphChange } from './judge-subgraphs.ts';

/** Changes of `@key`: by what other subgraphs and the gateway find an entity here. */
export function judgeKeys({ name, before, after, others }: SubgraphChange): Finding[] {
  const types = [...before.subgraph.elements.keys()].filter((coordinate) => !coordinate.includes('.'));
  return types.flatMap((type): Finding[] => {
    if (!after.subgraph.elements.has(type)) return [];
    const old = keysOf(before, type);
    const now = keysOf(after, type);
    const removed = [...old].filter(([fields, resolvable]) => resolvable && !now.get(fields)).map(([fields]) => fields);
    const added = [...now.keys()].filter((fields) => !old.has(fields));
    return [
      ...removed.map((fields) => keyRemoved(name, type, fields, now.has(fields), after, others)),
      ...added.map((fields) => {
        const message = `Subgraph '${name}' now also finds '${type}' by @key(fields: "${fields}")`;
        return findingAt('key-added', 'safe', type, after, message);
      }),
    ];
  });
}

function keyRemoved(
  name: string,
  type: string,
  fields: string,
  stillNamed: boolean,
  after: FederationReader,
  others: readonly FederationReader[],
): Finding {
  const affected = others.flatMap((other) => usersOf(other, type, fields));
  const used = affected.length > 0;
  const who = used
    ? ': the gateway comes to it by that key from the subgraphs below'
    : '; no other subgraph knows the type by that key';
  const message = `Subgraph '${name}' ${stillNamed ? 'no longer resolves' : 'no longer finds'} '${type}' by @key(fields: "${fields}")${who}`;
  return findingAt('key-removed', used ? 'breaking' : 'unused', type, after, message, {
    affected,
    remedy:
      'Keep the key beside the new one, move the other subgraphs to the new one, publish the supergraph, and remove the old key once every gateway serves it.',
  });
}

/** The keys of a type here, and whether the subgraph resolves the entity by each. */
function keysOf(reader: FederationReader, type: string): Map<string, boolean> {
  return new Map(reader.uses(type, 'key').map((key) => [fieldSetOf(key), argumentsOf(key).resolvable !== false]));
}

function usersOf(other: FederationReader, type: string, fields: string): Affected[] {
  return other.uses(type, 'key').flatMap((key): Affected[] => {
    if (fieldSetOf(key) !== fields) return [];
    return [{ name: `subgraph ${other.subgraph.name}`, ...(placeOfNode(key) ?? { file: other.subgraph.file }) }];
  });
}
