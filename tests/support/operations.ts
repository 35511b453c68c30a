import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@atrium/stack';

const folder = join(repositoryRoot, 'operations');

/** The documents of operations/, which README, pages and tests share. */
export function operations(): { name: string; source: string }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => ({ name: file.replace('.graphql', ''), source: readFileSync(join(folder, file), 'utf8') }));
}

const documents = new Map<string, string>();

/** The document of operations/<name>.graphql. */
export function operation(name: string): string {
  const known = documents.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(join(folder, `${name}.graphql`), 'utf8');
  documents.set(name, text);
  return text;
}
