import type { Finding } from '../../findings/finding.ts';
import type { RevisedSubgraph } from '../../revision/revision.ts';
import { FederationReader } from './federation-directive.ts';
import { judgeFieldSets } from './field-sets.ts';
import { judgeKeys } from './keys.ts';
import { judgeOwnership } from './ownership.ts';
import { judgeVisibility } from './visibility.ts';

/** One subgraph before and after, among all of them. */
export interface SubgraphChange {
  name: string;
  before: FederationReader;
  after: FederationReader;
  /** The other subgraphs as they are afterwards. */
  others: readonly FederationReader[];
}

type Judge = (change: SubgraphChange) => Finding[];

const judges: Judge[] = [judgeKeys, judgeOwnership, judgeFieldSets, judgeVisibility];

/**
 * What the changes of federation's directives mean: to other subgraphs, to the order in which subgraphs and supergraph
 * are deployed, and to the gateways that go on serving the old supergraph meanwhile. None of this shows in the public
 * schema.
 */
export function judgeSubgraphs(before: readonly RevisedSubgraph[], after: readonly RevisedSubgraph[]): Finding[] {
  if (before.length === 0) return [];
  const readers = after.map((subgraph) => new FederationReader(subgraph));
  return [
    ...readers.flatMap((reader): Finding[] => {
      const { name } = reader.subgraph;
      const old = before.find((each) => each.name === name);
      if (!old) return [subgraphAdded(reader)];
      const others = readers.filter((each) => each !== reader);
      const change = { name, before: new FederationReader(old), after: reader, others };
      return [...judges.flatMap((judge) => judge(change)), ...movedAddress(old, reader.subgraph)];
    }),
    ...before.filter(({ name }) => !after.some((each) => each.name === name)).map(subgraphRemoved),
  ];
}

function subgraphAdded({ subgraph: { name, file } }: FederationReader): Finding {
  return {
    rule: 'subgraph-added',
    severity: 'note',
    verdict: 'safe',
    subject: name,
    message: `Subgraph '${name}' joins the graph`,
    place: { file, line: 1 },
  };
}

function subgraphRemoved({ name }: RevisedSubgraph): Finding {
  return {
    rule: 'subgraph-removed',
    severity: 'warning',
    verdict: 'dangerous',
    subject: name,
    message: `Subgraph '${name}' leaves the graph: gateways that serve the old supergraph go on asking it`,
    place: { file: 'supergraph.yaml', line: 1 },
    remedy: 'Publish the supergraph first, and stop the subgraph once every gateway serves it.',
  };
}

function movedAddress(before: RevisedSubgraph, after: RevisedSubgraph): Finding[] {
  if (before.routingUrl === after.routingUrl) return [];
  return [
    {
      rule: 'routing-url-changed',
      severity: 'warning',
      verdict: 'dangerous',
      subject: after.name,
      message: `Subgraph '${after.name}' moves from ${before.routingUrl} to ${after.routingUrl}`,
      place: { file: 'supergraph.yaml', line: 1 },
      remedy:
        'Have the new address answer before the supergraph is published, and the old one until every gateway serves it.',
    },
  ];
}
