import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository.ts';
import { supergraphFile } from './service-environment.ts';
import { StackError } from './stack-error.ts';

const configFile = join(repositoryRoot, 'supergraph.yaml');

/** The files that the supergraph is made of. */
export function supergraphSources(): string[] {
  const folder = join(repositoryRoot, 'subgraphs');
  return [configFile, ...readdirSync(folder).map((name) => join(folder, name, 'schema.graphql'))].filter(existsSync);
}

/** Composes the supergraph where it is older than what it is made of; answers whether it did. */
export async function ensureSupergraph(): Promise<boolean> {
  const composedAt = statSync(supergraphFile, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (supergraphSources().every((source) => statSync(source).mtimeMs < composedAt)) return false;
  await composeSupergraph();
  return true;
}

/** Composes the supergraph; its faults, each with file and line, are a StackError. */
export async function composeSupergraph(): Promise<void> {
  // Loaded only when needed: the composer is large.
  const { composeFile } = await import('@atrium/supergraph');
  try {
    await composeFile(configFile, supergraphFile);
  } catch (error) {
    throw new StackError(`the supergraph does not compose:\n${(error as Error).message}`);
  }
}
