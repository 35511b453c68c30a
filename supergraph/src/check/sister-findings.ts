import { buildASTSchema, type GraphQLSchema } from 'graphql';
import { judgeApi } from '../changes/api/judge-api.ts';
import type { Finding } from '../findings/finding.ts';
import { placeOfChange, type RevisedSubgraph } from '../revision/revision.ts';
import type { Operation } from '../use/operation.ts';

/**
 * What the changes of a subgraph mean to the services that ask it themselves. They may ask for what is inaccessible to
 * clients, so they are judged by the subgraph's own schema; only what breaks or may surprise one of them is told.
 */
export async function judgeSisters(
  before: readonly RevisedSubgraph[],
  after: readonly RevisedSubgraph[],
  sisters: ReadonlyMap<string, readonly Operation[]>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, operations] of sisters) {
    const old = before.find((each) => each.name === name);
    const now = after.find((each) => each.name === name);
    if (!old || !now || operations.length === 0) continue;
    const placeOf = (coordinate: string) => placeOfChange(coordinate, [old], [now]);
    const judged = await judgeApi({ before: schemaOf(old), after: schemaOf(now), operations, placeOf });
    const told = judged.filter(({ severity, affected = [] }) => severity !== 'note' && affected.length > 0);
    findings.push(
      ...told.map((each) => ({ ...each, message: `in subgraph ${name}, for its sister services: ${each.message}` })),
    );
  }
  return findings;
}

/** A subgraph's own schema; its directives of federation need no definition here. */
function schemaOf({ document }: RevisedSubgraph): GraphQLSchema {
  return buildASTSchema(document, { assumeValidSDL: true });
}
