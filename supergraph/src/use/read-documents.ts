import { type FragmentDefinitionNode, Kind } from 'graphql';
import { parseFile } from '../parse-file.ts';
import type { Operation } from './operation.ts';
import { withFragments } from './with-fragments.ts';

/** A file as it was read. */
export interface TextFile {
  file: string;
  text: string;
}

/** The operations of GraphQL documents; a fragment may stand in another of them. `examples` are variables by file. */
export function readDocuments(
  documents: readonly TextFile[],
  examples: ReadonlyMap<string, string> = new Map(),
): Operation[] {
  const parsed = documents.map(({ file, text }) => ({ file, definitions: parseFile(file, text).definitions }));
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of parsed.flatMap(({ definitions }) => definitions)) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return parsed.flatMap(({ file, definitions }) =>
    definitions.flatMap((definition): Operation[] => {
      if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
      const name = definition.name?.value ?? 'anonymous';
      const variables = readExample(examples.get(file.replace(/\.(graphql|gql)$/, '.variables.json')));
      return [{ name, definition, document: withFragments(definition, fragments), file, variables }];
    }),
  );
}

function readExample(text: string | undefined): Record<string, unknown> | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
}
