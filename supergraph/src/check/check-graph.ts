import { judgeApi } from '../changes/api/judge-api.ts';
import { judgeSubgraphs } from '../changes/federation/judge-subgraphs.ts';
import { nameInaccessible } from '../changes/federation/name-inaccessible.ts';
import { judgeScopes } from '../changes/scopes/judge-scopes.ts';
import type { SubgraphSource } from '../configuration.ts';
import { CompositionFault } from '../faults.ts';
import type { Finding } from '../findings/finding.ts';
import { type Attempt, placeOfChange, type Revision, withElements } from '../revision/revision.ts';
import { faultFindings, hintFindings } from './composition-findings.ts';
import type { Consumers } from './consumers.ts';
import { judgeSisters } from './sister-findings.ts';

/** What a change of the graph's schemas begins with, what came of it, and the files that it was made from. */
export interface GraphChange {
  before: Revision;
  after: Attempt;
  sources: readonly SubgraphSource[];
}

/** Everything that a change of the graph's schemas means to those who use it, the gravest and the harmless. */
export async function checkGraph(change: GraphChange, { clients, sisters }: Consumers): Promise<Finding[]> {
  const { before, after } = change;
  if (after instanceof CompositionFault) return [...faultFindings(after), ...directiveFindings(change)];
  const placeOf = (coordinate: string) => placeOfChange(coordinate, before.subgraphs, after.subgraphs);
  const schemas = { before: before.composition.apiSchema(), after: after.composition.apiSchema() };
  const api = await judgeApi({ ...schemas, operations: clients, placeOf });
  const scopes = judgeScopes({
    before: { sdl: before.composition.supergraphSdl, schema: schemas.before },
    after: { sdl: after.composition.supergraphSdl, schema: schemas.after },
    operations: clients,
    placeOf,
  });
  return [
    ...newHints(before, after),
    ...nameInaccessible(api, after.subgraphs),
    ...scopes,
    ...judgeSubgraphs(before.subgraphs, after.subgraphs),
    ...(await judgeSisters(before.subgraphs, after.subgraphs, sisters)),
  ];
}

/** What changed in the directives of a graph that does not compose, which may well be the reason. */
function directiveFindings({ before, sources }: GraphChange): Finding[] {
  try {
    return judgeSubgraphs(before.subgraphs, withElements(sources)).filter(({ severity }) => severity !== 'note');
  } catch (error) {
    // A file that cannot be parsed has been told as such.
    if (error instanceof CompositionFault) return [];
    throw error;
  }
}

function newHints(before: Revision, after: Revision): Finding[] {
  const known = new Set(before.composition.hints.map(({ message }) => message));
  return hintFindings(after.composition.hints.filter(({ message }) => !known.has(message)));
}
