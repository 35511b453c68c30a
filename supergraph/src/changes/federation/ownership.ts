import type { ConstDirectiveNode } from 'graphql';
import type { Affected, Finding } from '../../findings/finding.ts';
import { argumentsOf } from '../../linked-directive.ts';
import { elementPlace } from '../../revision/schema-elements.ts';
import type { FederationReader } from './federation-directive.ts';
import { findingAt } from './finding-at.ts';
import type { SubgraphChange } from './judge-subgraphs.ts';

/** Changes of who answers a field: `@shareable`, `@override`, `@external`, and fields that move between subgraphs. */
export function judgeOwnership(change: SubgraphChange): Finding[] {
  const fields = [...new Set([...change.before.subgraph.elements.keys(), ...change.after.subgraph.elements.keys()])];
  return fields
    .filter((coordinate) => coordinate.includes('.') && !coordinate.includes('('))
    .flatMap((coordinate) => [
      ...shareable(coordinate, change),
      ...override(coordinate, change),
      ...external(coordinate, change),
      ...moved(coordinate, change),
    ]);
}

function shareable(coordinate: string, { name, before, after, others }: SubgraphChange): Finding[] {
  if (!before.subgraph.elements.has(coordinate) || !after.subgraph.elements.has(coordinate)) return [];
  const was = before.hasAtOrAbove(coordinate, 'shareable');
  const is = after.hasAtOrAbove(coordinate, 'shareable');
  if (was === is) return [];
  const sharers = definers(coordinate, others);
  if (is) {
    return [
      findingAt(
        'shareable-added',
        'safe',
        coordinate,
        after,
        `Subgraph '${name}' lets others answer '${coordinate}' too`,
      ),
    ];
  }
  const message = `Subgraph '${name}' no longer shares '${coordinate}'`;
  if (sharers.length === 0)
    return [findingAt('shareable-removed', 'safe', coordinate, after, `${message}; nobody else answers it`)];
  return [
    findingAt(
      'shareable-removed',
      'breaking',
      coordinate,
      after,
      `${message}, which other subgraphs answer too: the graph no longer composes`,
      {
        affected: sharers,
        remedy: 'Take the field out of the other subgraphs first, by @override in the one that keeps it.',
      },
    ),
  ];
}

function override(coordinate: string, { name, before, after }: SubgraphChange): Finding[] {
  const was = sourceOf(before.uses(coordinate, 'override')[0]);
  const is = sourceOf(after.uses(coordinate, 'override')[0]);
  if (was === is || !after.subgraph.elements.has(coordinate)) return [];
  if (is === undefined) {
    return [
      findingAt(
        'override-removed',
        'dangerous',
        coordinate,
        after,
        `Subgraph '${name}' no longer takes '${coordinate}' over from '${was}'`,
        {
          remedy: `Take the field out of '${was}' before the @override goes, or it answers again.`,
        },
      ),
    ];
  }
  return [
    findingAt(
      'override-added',
      'dangerous',
      coordinate,
      after,
      `Subgraph '${name}' takes '${coordinate}' over from '${is}': every answer comes from here once the supergraph is published`,
      {
        remedy:
          'Deploy this subgraph before the supergraph is published, move a share of the traffic first (`label: "percent(5)"`), and take the field out of the other one last.',
      },
    ),
  ];
}

function external(coordinate: string, { name, before, after, others }: SubgraphChange): Finding[] {
  if (!before.subgraph.elements.has(coordinate) || !after.subgraph.elements.has(coordinate)) return [];
  const was = before.has(coordinate, 'external');
  const is = after.has(coordinate, 'external');
  if (was === is) return [];
  if (is) {
    const owners = definers(coordinate, others);
    return [
      findingAt(
        'external-added',
        owners.length > 0 ? 'dangerous' : 'breaking',
        coordinate,
        after,
        `Subgraph '${name}' no longer answers '${coordinate}' itself${owners.length > 0 ? '' : ', and nobody else does'}`,
        { affected: owners, remedy: 'Publish the supergraph before this subgraph stops answering the field.' },
      ),
    ];
  }
  return [
    findingAt(
      'external-removed',
      'dangerous',
      coordinate,
      after,
      `Subgraph '${name}' now answers '${coordinate}' itself`,
      {
        affected: definers(coordinate, others),
        remedy: 'Both must answer alike (@shareable), or one takes it over (@override).',
      },
    ),
  ];
}

/** A field that this subgraph gives up while another one begins to answer it, with no `@override` to hold them together. */
function moved(coordinate: string, { name, before, after, others }: SubgraphChange): Finding[] {
  if (!before.subgraph.elements.has(coordinate) || after.subgraph.elements.has(coordinate)) return [];
  if (before.hasAtOrAbove(coordinate, 'shareable') || before.has(coordinate, 'external')) return [];
  const owners = definers(coordinate, others);
  if (owners.length === 0) return [];
  const overridden = others.some((other) => other.has(coordinate, 'override'));
  if (overridden) return [];
  return [
    findingAt(
      'field-moved',
      'dangerous',
      coordinate,
      after,
      `'${coordinate}' leaves subgraph '${name}' for another in one step: until the supergraph is published, gateways ask '${name}' for what it no longer has`,
      {
        affected: owners,
        remedy: 'Add it to the new owner with `@override(from: …)`, publish, and only then take it out of the old one.',
      },
    ),
  ];
}

function sourceOf(directive: ConstDirectiveNode | undefined): string | undefined {
  if (!directive) return undefined;
  const { from, label } = argumentsOf(directive);
  return label === undefined ? String(from) : `${from}, ${label}`;
}

/** The other subgraphs that answer a field themselves, and where. */
function definers(coordinate: string, others: readonly FederationReader[]): Affected[] {
  return others.flatMap((other): Affected[] => {
    const element = other.subgraph.elements.get(coordinate);
    if (!element || other.has(coordinate, 'external')) return [];
    return [{ name: `subgraph ${other.subgraph.name}`, ...(elementPlace(element) ?? { file: other.subgraph.file }) }];
  });
}
