import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@atrium/stack';
import { type DocumentNode, Kind, parse, print, visit } from 'graphql';

/** The services that the graph is composed of. */
export const subgraphs = ['profile', 'image', 'messaging'] as const;

/** The name of one subgraph. */
export type Subgraph = (typeof subgraphs)[number];

/** A subgraph's committed schema. */
export function committedSdl(subgraph: Subgraph): string {
  return readFileSync(join(repositoryRoot, 'subgraphs', subgraph, 'schema.graphql'), 'utf8');
}

/** A GraphQL document that one service sends to its sisters. */
export interface SisterDocument {
  name: string;
  source: string;
  document: DocumentNode;
}

/** The documents that a service sends to its sisters. */
export function sisterDocuments(service: Subgraph): SisterDocument[] {
  const folder = join(repositoryRoot, 'subgraphs', service, 'src', 'providers', 'operations');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => {
      const source = readFileSync(join(folder, name), 'utf8');
      return { name, source, document: parse(source) };
    });
}

/**
 * The definitions of a schema, each printed the same way and in one order, without what the federation library adds
 * to every subgraph by itself.
 */
export function ownDefinitions(sdl: string): string[] {
  const own = visit(parse(sdl), {
    StringValue: (node) => ({ ...node, block: false }),
    FieldDefinition: (node) => (node.name.value.startsWith('_') ? null : undefined),
    DirectiveDefinition: () => null,
    SchemaDefinition: () => null,
  });
  return own.definitions
    .filter((definition) => !('name' in definition && /^(federation__|link__|_)/.test(definition.name?.value ?? '')))
    .map((definition) => (definition.kind === Kind.SCHEMA_EXTENSION ? sorted(print(definition)) : print(definition)))
    .sort();
}

// The order of the names in an @link import carries no meaning.
function sorted(link: string): string {
  return link.replace(/import: \[([^\]]*)\]/, (_, names: string) => `import: [${names.split(', ').sort().join(', ')}]`);
}
