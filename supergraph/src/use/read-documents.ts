import { type FragmentDefinitionNode, Kind } from 'graphql';
import { CompositionFault } from '../faults.ts';
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
      const variables = readExample(file.replace(/\.(graphql|gql)$/, '.variables.json'), examples);
      return [{ name, definition, document: withFragments(definition, fragments), file, variables }];
    }),
  );
}

function readExample(file: string, examples: ReadonlyMap<string, string>): Record<string, unknown> | undefined {
  const text = examples.get(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new CompositionFault([{ file, message: 'is no JSON' }]);
  }
}
