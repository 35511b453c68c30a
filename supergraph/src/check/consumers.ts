import { dirname, matchesGlob, relative } from 'node:path';
import { print } from 'graphql';
import type { Commit } from '../revision/git.ts';
import { findOperations, readOperations } from '../use/find-operations.ts';
import type { Operation } from '../use/operation.ts';
import type { CheckSettings } from './settings.ts';

/** Those who send operations: clients to the gateway, and services to a subgraph. */
export interface Consumers {
  clients: readonly Operation[];
  sisters: ReadonlyMap<string, readonly Operation[]>;
}

/**
 * The consumers in the files at hand and, where the base is a commit, those of that commit which the files no longer
 * hold: what was released then still sends them, whatever this change did to its sources.
 */
export async function findConsumers(settings: CheckSettings, yamlFile: string, base?: Commit): Promise<Consumers> {
  const find = (patterns: readonly string[]) => findAll(patterns, dirname(yamlFile), base);
  const sisters = new Map<string, readonly Operation[]>();
  for (const { subgraph, operations } of settings.sisters) {
    sisters.set(subgraph, [...(sisters.get(subgraph) ?? []), ...(await find(operations))]);
  }
  return { clients: await find(settings.operations), sisters };
}

async function findAll(patterns: readonly string[], root: string, base: Commit | undefined): Promise<Operation[]> {
  const current = await findOperations(patterns, root);
  if (!base) return current;
  const known = new Set(current.map(({ document }) => print(document)));
  const released = (await operationsOf(base, patterns, root)).filter(({ document }) => !known.has(print(document)));
  return [...current, ...released];
}

async function operationsOf(commit: Commit, patterns: readonly string[], root: string): Promise<Operation[]> {
  const paths = (await commit.list()).filter((path) =>
    patterns.some((pattern) => matchesGlob(relative(root, path), pattern)),
  );
  const files = await Promise.all(
    paths.map(async (path) => ({ file: relative(process.cwd(), path), text: await commit.read(path) })),
  );
  return readOperations(files).map((operation) => ({ ...operation, origin: commit.ref }));
}
