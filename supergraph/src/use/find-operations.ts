import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Operation } from './operation.ts';
import { readDocuments, type TextFile } from './read-documents.ts';
import { readManifest } from './read-manifest.ts';

/** The operations of the files that the patterns name: GraphQL documents, and manifests of persisted queries. */
export async function findOperations(patterns: readonly string[], root: string): Promise<Operation[]> {
  const names = globSync([...patterns], { cwd: root, exclude: (name) => name === 'node_modules' }).sort();
  const files = await Promise.all(names.map((name) => readText(resolve(root, name))));
  return readOperations(files, await readExamples(names, root));
}

/** The operations of files that are already read. */
export function readOperations(files: readonly TextFile[], examples?: ReadonlyMap<string, string>): Operation[] {
  const manifests = files.filter(({ file }) => file.endsWith('.json') && !file.endsWith('.variables.json'));
  const documents = files.filter(({ file }) => /\.(graphql|gql)$/.test(file));
  return [...readDocuments(documents, examples), ...manifests.flatMap(readManifest)];
}

async function readExamples(names: readonly string[], root: string): Promise<Map<string, string>> {
  const wanted = names.filter((name) => /\.(graphql|gql)$/.test(name));
  const found = await Promise.all(
    wanted.map((name) =>
      readText(resolve(root, name.replace(/\.(graphql|gql)$/, '.variables.json'))).catch(() => undefined),
    ),
  );
  return new Map(found.flatMap((each) => (each ? [[each.file, each.text]] : [])));
}

async function readText(path: string): Promise<TextFile> {
  return { file: relative(process.cwd(), path), text: await readFile(path, 'utf8') };
}
