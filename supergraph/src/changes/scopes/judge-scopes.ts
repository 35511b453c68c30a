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
export function judgeScopes(change: ScopeChange): Finding[] {
  const { before, after, operations } = change;
  const was = readRequirements(before.sdl);
  const is = readRequirements(after.sdl);
  const uses = new Uses(operations, before.schema);
  return guardedFields(was, is).flatMap(([type, field]) => {
    // What is new, or gone, is no change of its scopes.
    if (!hasField(before.schema, type, field) || !hasField(after.schema, type, field)) return [];
    const [old, now] = [waysToSee(was, type, field), waysToSee(is, type, field)];
    if (!old.every((way) => isMet(now, way))) return [narrowed(`${type}.${field}`, old, now, uses, change)];
    if (!now.every((way) => isMet(old, way))) return [widened(`${type}.${field}`, old, now, change)];
    return [];
  });
}

function narrowed(subject: string, old: Requirement, now: Requirement, uses: Uses, change: ScopeChange): Finding {
  const affected = coordinatesOf(subject, change.before.schema).flatMap((coordinate) =>
    uses.of(coordinate).map(({ operation, node }) => affectedBy(operation, node)),
  );
  const verdict = affected.length > 0 ? 'breaking' : 'unused';
  const either = JSON.stringify([...old.filter((way) => way.length > 0), ...now]);
  return {
    rule: 'scopes-narrowed',
    severity: severityOf[verdict],
    verdict,
    subject,
    message: `${told(subject, old, now)}: keys without it get null, or are refused where it is a mutation`,
    place: change.placeOf(subject),
    affected,
    remedy: old.some((way) => way.length === 0)
      ? `Give the keys in use the new scope first: ${inWords(now)}.`
      : `Name the old scopes as an alternative, \`@requiresScopes(scopes: ${either})\`, give the keys in use the new ones, and drop the old.`,
  };
}

function widened(subject: string, old: Requirement, now: Requirement, { placeOf }: ScopeChange): Finding {
  return {
    rule: 'scopes-widened',
    severity: severityOf.dangerous,
    verdict: 'dangerous',
    subject,
    message: `${told(subject, old, now)}: keys that could not see it now do`,
    place: placeOf(subject),
    remedy: 'Have whoever owns the data agree, and approve it with that reason.',
  };
}

function told(subject: string, old: Requirement, now: Requirement): string {
  return `'${subject}' needs ${inWords(now)} instead of ${inWords(old)}`;
}

/** The fields that either graph asks scopes for, by their types and names. */
function guardedFields(...graphs: Requirements[]): [type: string, field: string][] {
  const found = new Map<string, [string, string]>();
  for (const { fields } of graphs) {
    for (const [type, ofType] of fields) {
      for (const field of ofType.keys()) found.set(`${type}.${field}`, [type, field]);
    }
  }
  return [...found.values()];
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

/** How operations may name a field: by its type, or by an interface that it is met through. */
function coordinatesOf(subject: string, schema: GraphQLSchema): string[] {
  const [typeName = '', field = ''] = subject.split('.');
  const type = schema.getType(typeName);
  const interfaces = isObjectType(type) ? type.getInterfaces() : [];
  return [subject, ...interfaces.filter((each) => field in each.getFields()).map(({ name }) => `${name}.${field}`)];
}

/** Whether a schema has the field at all. */
function hasField(schema: GraphQLSchema, typeName: string, field: string): boolean {
  const type = schema.getType(typeName);
  return (isObjectType(type) || isInterfaceType(type)) && field in type.getFields();
}
