import type { Finding } from '../../findings/finding.ts';
import { fieldSetOf } from './federation-directive.ts';
import { findingAt } from './finding-at.ts';
import type { SubgraphChange } from './judge-subgraphs.ts';

/** Changes of `@requires` and `@provides`: what a subgraph is handed, and what it promises to hand over. */
export function judgeFieldSets(change: SubgraphChange): Finding[] {
  const fields = [...change.after.subgraph.elements.keys()].filter(
    (coordinate) => coordinate.includes('.') && change.before.subgraph.elements.has(coordinate),
  );
  return fields.flatMap((coordinate) => [...requires(coordinate, change), ...provides(coordinate, change)]);
}

function requires(coordinate: string, { name, before, after }: SubgraphChange): Finding[] {
  const [was, is] = fieldSets(coordinate, 'requires', before, after);
  if (was === is) return [];
  if (is === undefined) {
    const message = `Subgraph '${name}' answers '${coordinate}' without being handed "${was}"`;
    return [findingAt('requires-removed', 'safe', coordinate, after, message)];
  }
  const message = `Subgraph '${name}' needs to be handed "${is}" ${was === undefined ? '' : `instead of "${was}" `}before it answers '${coordinate}'`;
  return [
    findingAt(was === undefined ? 'requires-added' : 'requires-changed', 'dangerous', coordinate, after, message, {
      remedy:
        'Answer without it for as long as gateways serve the old supergraph, which does not hand it over; the fetch also waits for one more.',
    }),
  ];
}

function provides(coordinate: string, { name, before, after }: SubgraphChange): Finding[] {
  const [was, is] = fieldSets(coordinate, 'provides', before, after);
  if (was === is) return [];
  if (is === undefined) {
    const message = `Subgraph '${name}' no longer hands over "${was}" with '${coordinate}': gateways that serve the old supergraph still ask it to`;
    return [
      findingAt('provides-removed', 'dangerous', coordinate, after, message, {
        remedy: 'Publish the supergraph first, and stop answering the fields once every gateway serves it.',
      }),
    ];
  }
  const message = `Subgraph '${name}' hands over "${is}" with '${coordinate}'`;
  return [
    findingAt('provides-added', 'dangerous', coordinate, after, message, {
      remedy: 'Make sure that it answers them exactly as their owner does, and before the supergraph is published.',
    }),
  ];
}

function fieldSets(
  coordinate: string,
  directive: 'requires' | 'provides',
  ...readers: [SubgraphChange['before'], SubgraphChange['after']]
): (string | undefined)[] {
  return readers.map((reader) => {
    const [use] = reader.uses(coordinate, directive);
    return use && fieldSetOf(use);
  });
}
