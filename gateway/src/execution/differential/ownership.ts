import { type FieldDefinitionNode, Kind, parse, type SelectionSetNode, visit } from 'graphql';
import type { Graph } from './graph.ts';

/** Which subgraph answers for which field, as the SDL says. */
export interface Ownership {
  /** The subgraphs that resolve a field, by its coordinate; those of an interface object stand under the interface. */
  owners: ReadonlyMap<string, readonly string[]>;
  /** What a field `@requires`, by its coordinate. */
  requirements: ReadonlyMap<string, SelectionSetNode>;
}

/** Reads who owns what from the subgraphs' SDL. */
export function readOwnership({ subgraphs }: Graph): Ownership {
  const owners = new Map<string, string[]>();
  const requirements = new Map<string, SelectionSetNode>();
  const overridden = new Set<string>();
  for (const [subgraph, type, field] of allFields(subgraphs)) {
    const coordinate = `${type}.${field.name.value}`;
    const from = argumentOf(field, 'override', 'from');
    if (from !== undefined) overridden.add(`${from} ${coordinate}`);
    const requires = argumentOf(field, 'requires', 'fields');
    if (requires !== undefined) requirements.set(coordinate, parseSelection(requires));
    if (field.directives?.some(({ name }) => name.value === 'external')) continue;
    owners.set(coordinate, [...(owners.get(coordinate) ?? []), subgraph]);
  }
  const remaining = [...owners].map(([coordinate, names]): [string, string[]] => [
    coordinate,
    names.filter((name) => !overridden.has(`${name} ${coordinate}`)),
  ]);
  return { owners: new Map(remaining), requirements };
}

function* allFields(subgraphs: Record<string, string>): Generator<[string, string, FieldDefinitionNode]> {
  for (const [subgraph, sdl] of Object.entries(subgraphs)) {
    for (const definition of parse(sdl, { noLocation: true }).definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
      for (const field of definition.fields ?? []) yield [subgraph, definition.name.value, field];
    }
  }
}

function argumentOf(field: FieldDefinitionNode, directive: string, argument: string): string | undefined {
  const value = field.directives
    ?.find(({ name }) => name.value === directive)
    ?.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function parseSelection(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no selection: ${fields}`);
  return definition.selectionSet;
}

/** The names that the planner may ask for besides what a client asks: those of keys, and what a field `@requires`. */
export function plannerFields({ entities }: Graph, { requirements }: Ownership): Set<string> {
  const names = new Set(Object.values(entities).flatMap((paths) => paths.flatMap((path) => path.split('.'))));
  for (const selection of requirements.values()) {
    visit(selection, { Field: ({ name }) => void names.add(name.value) });
  }
  return names;
}
