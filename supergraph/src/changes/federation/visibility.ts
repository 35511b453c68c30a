import type { Finding } from '../../findings/finding.ts';
import { findingAt } from './finding-at.ts';
import type { SubgraphChange } from './judge-subgraphs.ts';

/**
 * Changes of `@inaccessible` and `@interfaceObject`. What becomes inaccessible disappears from the public schema, and is
 * judged there by who uses it; what was inaccessible and becomes public is told here, because it looks like any new field.
 */
export function judgeVisibility(change: SubgraphChange): Finding[] {
  const { before, after } = change;
  const both = [...after.subgraph.elements.keys()].filter((coordinate) => before.subgraph.elements.has(coordinate));
  return both.flatMap((coordinate) => [...exposed(coordinate, change), ...interfaceObject(coordinate, change)]);
}

function exposed(coordinate: string, { name, before, after, others }: SubgraphChange): Finding[] {
  if (!before.has(coordinate, 'inaccessible') || after.has(coordinate, 'inaccessible')) return [];
  // One @inaccessible anywhere hides the element everywhere.
  if (others.some((other) => other.has(coordinate, 'inaccessible'))) return [];
  const message = `Subgraph '${name}' makes '${coordinate}' public, which only services could ask for`;
  return [
    findingAt('made-public', 'dangerous', coordinate, after, message, {
      remedy: 'Make sure that it is meant for every client with a key, give it @requiresScopes, and describe it.',
    }),
  ];
}

function interfaceObject(coordinate: string, { name, before, after }: SubgraphChange): Finding[] {
  const was = before.has(coordinate, 'interfaceObject');
  const is = after.has(coordinate, 'interfaceObject');
  if (was === is) return [];
  const message = is
    ? `Subgraph '${name}' now answers the interface '${coordinate}' as one object (@interfaceObject)`
    : `Subgraph '${name}' no longer answers the interface '${coordinate}' as one object (@interfaceObject)`;
  return [
    findingAt(is ? 'interface-object-added' : 'interface-object-removed', 'dangerous', coordinate, after, message, {
      remedy: 'Deploy the subgraph and publish the supergraph together: the forms of the representations differ.',
    }),
  ];
}
