import { validate } from 'graphql';
import type { SubgraphSource } from '../configuration.ts';
import type { Finding } from '../findings/finding.ts';
import { placeOfNode } from '../findings/place-of-node.ts';
import type { Operation } from '../use/operation.ts';
import { ownSchema } from './record-contracts.ts';

/** What services send to their sisters and those no longer understand. */
export function judgeDocuments(
  subgraphs: readonly SubgraphSource[],
  sisters: ReadonlyMap<string, readonly Operation[]>,
): Finding[] {
  return subgraphs.flatMap((subgraph) => {
    const operations = sisters.get(subgraph.name) ?? [];
    const schema = ownSchema(subgraph);
    return operations.flatMap(({ name, file, document }) =>
      validate(schema, document).map(
        ({ message, nodes }): Finding => ({
          rule: 'sister-call-invalid',
          severity: 'error',
          subject: name,
          message: `in subgraph ${subgraph.name}: ${message}`,
          place: (nodes?.[0] && placeOfNode(nodes[0])) ?? { file },
        }),
      ),
    );
  });
}
