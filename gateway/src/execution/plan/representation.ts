import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import { quote, readProperty, toJson } from '../json-text.ts';
import type { SupergraphTypes } from '../planner.ts';
import type { Merge } from './merge.ts';
import { compileRewrites } from './rewrites.ts';
import type { JsonObject } from './run.ts';
import { nameOf, selectObject, selectValue } from './select.ts';

/** An entity as a subgraph is asked for it, as JSON; undefined where a key that it needs never arrived. */
export type Represent = (entity: JsonObject) => string | undefined;

type Selections = readonly QueryPlanSelectionNode[];
type Tools = { types: SupergraphTypes; merge: Merge };

/**
 * Compiles the representations of a fetch: for each type that an entity may say to be of, its keys are written
 * straight to text. What is out of the common goes the long way over an object.
 */
export function compileRepresentation(
  requires: Selections,
  inputRewrites: readonly FetchDataRewrite[] | undefined,
  tools: Tools,
): Represent {
  const rewrite = compileRewrites(inputRewrites, tools.types);
  const representWholly: Represent = (entity) => {
    const selected = selectObject(entity, requires, tools, true);
    if (selected?.__typename === undefined) return undefined;
    rewrite?.(selected);
    return JSON.stringify(selected);
  };
  if (inputRewrites?.some((one) => !setsTypename(one))) return representWholly;
  const subselections: Selections[] = [];
  const cases = typesOf(requires, tools.types).map(
    (type) =>
      `case ${JSON.stringify(type)}: ${writeType(type, requires, inputRewrites ?? [], tools.types, subselections)}`,
  );
  const code = `return function represent(entity) { switch (entity.__typename) { ${cases.join('\n')} default: return undefined; } }`;
  const select = (value: unknown, index: number) => selectValue(value, subselections[index], tools);
  return new Function('toJson', 'select', 'representWholly', code)(toJson, select, representWholly) as Represent;
}

/** Such as for an interface object, which has one name for all the types behind it. */
function setsTypename({ kind, path }: FetchDataRewrite): boolean {
  return (
    kind === 'ValueSetter' && path.length === 2 && path[0]?.startsWith('... on ') === true && path[1] === '__typename'
  );
}

function typesOf(requires: Selections, types: SupergraphTypes): string[] {
  const conditions = requires.map((one) => (one.kind === 'InlineFragment' ? one.typeCondition : undefined));
  return [...new Set(conditions.flatMap((condition) => (condition === undefined ? [] : types.typesUnder(condition))))];
}

function writeType(
  type: string,
  requires: Selections,
  rewrites: readonly FetchDataRewrite[],
  types: SupergraphTypes,
  subselections: Selections[],
): string {
  const parts = requires.filter(
    (one) => one.kind === 'InlineFragment' && one.typeCondition !== undefined && types.fulfils(type, one.typeCondition),
  );
  const fields = fieldsOf(parts.flatMap((one) => (one.kind === 'InlineFragment' ? one.selections : [one])));
  if (!fields) return 'return representWholly(entity);';
  const missing = parts.length > 1 ? 'return representWholly(entity)' : 'return undefined';
  const reads: string[] = [];
  const texts = [...fields].map(([name, selections], index) => {
    if (name === '__typename') return JSON.stringify(`"__typename":${quote(rewritten(type, rewrites, types))}`);
    const value = readProperty('entity', name);
    const read = selections ? `select(${value}, ${subselections.push(selections) - 1})` : value;
    reads.push(`const f${index} = ${read}; if (f${index} === undefined) ${missing};`);
    return `${JSON.stringify(`${quote(name)}:`)} + toJson(f${index})`;
  });
  return `{ ${reads.join(' ')} return '{' + ${texts.join(" + ',' + ")} + '}'; }`;
}

/** The fields of several selections by name; undefined where they are more than plain fields. */
function fieldsOf(selections: Selections): Map<string, Selections | undefined> | undefined {
  const fields = new Map<string, Selections | undefined>();
  for (const selection of selections) {
    if (selection.kind !== 'Field') return undefined;
    const present = fields.get(nameOf(selection)) ?? [];
    fields.set(nameOf(selection), selection.selections && [...present, ...selection.selections]);
  }
  return fields.has('__typename') ? fields : undefined;
}

function rewritten(type: string, rewrites: readonly FetchDataRewrite[], types: SupergraphTypes): string {
  let name = type;
  for (const rewrite of rewrites) {
    const condition = rewrite.path[0]?.slice('... on '.length) ?? '';
    if (rewrite.kind === 'ValueSetter' && types.fulfils(name, condition)) name = String(rewrite.setValueTo);
  }
  return name;
}
