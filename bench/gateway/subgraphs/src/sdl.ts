import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The subgraphs, by name. */
export const subgraphNames = ['profile', 'image', 'messaging'] as const;

/** A subgraph's name. */
export type SubgraphName = (typeof subgraphNames)[number];

/** The file of a subgraph's SDL, as it is composed. */
export function sdlFile(name: SubgraphName): string {
  return join(import.meta.dirname, '..', `${name}.graphql`);
}

/** A subgraph's SDL. */
export function readSdl(name: SubgraphName): string {
  return readFileSync(sdlFile(name), 'utf8');
}
