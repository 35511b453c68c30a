import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import { type Finding, type Place, severityOf } from '../../findings/finding.ts';
import { type Requirement, type Requirements, readRequirements } from '../../scopes/requirements.ts';
import { waysToMeet } from '../../scopes/ways.ts';
import { affectedBy, type Operation } from '../../use/operation.ts';
import { Uses } from '../../use/uses.ts';

/** A composed graph, and what clients see of it. */
interface Supergraph {
  sdl: string;
  schema: GraphQLSchema;
}

/** Two supergraphs whose scopes are compared, and who uses the first. */
export interface ScopeChange {
  before: Supergraph;
  after: Supergraph;
  operations: readonly Operation[];
  placeOf(coordinate: string): Place | undefined;
}

/**
 * What changes of `@requiresScopes`, `@authenticated` and `@policy` mean: where more is required, callers who had an answer
 * get none; where less is, callers who had none get one, which somebody should have wanted.
 */
export function judgeScopes({ before, after, operations, placeOf }: ScopeChange): Finding[] {
  const was = readRequirements(before.sdl);
  const is = readRequirements(after.sdl);
  const uses = new Uses(operations, before.schema);
  const findings: Finding[] = [];
  for (const type of new Set([...was.fields.keys(), ...is.fields.keys()])) {
    const fields = new Set([...(was.fields.get(type)?.keys() ?? []), ...(is.fields.get(type)?.keys() ?? [])]);
    for (const field of fields) {
      const coordinate = `${type}.${field}`;
      const old = waysToSee(was, type, field);
      const now = waysToSee(is, type, field);
      const narrowed = !old.every((way) => isMet(now, way));
      const widened = !now.every((way) => isMet(old, way));
      if (!narrowed && !widened) continue;
      // What is new, or gone, is no change of its scopes.
      if (!hasField(before.schema, type, field) || !hasField(after.schema, type, field)) continue;
      const told = `'${coordinate}' needs ${inWords(now)} instead of ${inWords(old)}`;
      const place = placeOf(coordinate);
      if (narrowed) {
        const affected = uses.of(coordinate).map(({ operation, node }) => affectedBy(operation, node));
        const verdict = affected.length > 0 ? 'breaking' : 'unused';
        findings.push({
          rule: 'scopes-narrowed',
          severity: severityOf[verdict],
          verdict,
          subject: coordinate,
          message: `${told}: keys without it get null, or are refused where it is a mutation`,
          place,
          affected,
          remedy: `Name the old scopes as an alternative, \`@requiresScopes(scopes: ${JSON.stringify([...old, ...now])})\`, give the keys in use the new ones, and drop the old.`,
        });
      } else {
        findings.push({
          rule: 'scopes-widened',
          severity: severityOf.dangerous,
          verdict: 'dangerous',
          subject: coordinate,
          message: `${told}: keys that could not see it now do`,
          place,
          remedy: 'Have whoever owns the data agree, and approve it with that reason.',
        });
      }
    }
  }
  return findings;
}

/** The sets of scopes any one of which shows a field. */
function waysToSee({ all, fields }: Requirements, type: string, field: string): Requirement {
  return waysToMeet((fields.get(type)?.get(field) ?? []).map((place) => all[place] ?? []));
}

function isMet(requirement: Requirement, scopes: readonly string[]): boolean {
  return requirement.some((set) => set.every((scope) => scopes.includes(scope)));
}

function inWords(ways: Requirement): string {
  if (ways.length === 0) return 'a policy that no key satisfies';
  return ways.map((way) => (way.length === 0 ? 'no scope' : way.join(' and '))).join(' or ');
}

/** Whether a schema has the field at all. */
function hasField(schema: GraphQLSchema, typeName: string, field: string): boolean {
  const type = schema.getType(typeName);
  return (isObjectType(type) || isInterfaceType(type)) && field in type.getFields();
}
