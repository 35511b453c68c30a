import { type DefinitionNode, type FragmentDefinitionNode, GraphQLError, Kind, parse, Source } from 'graphql';
import { CompositionFault } from '../faults.ts';
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
  const parsed = documents.map(({ file, text }) => ({ file, definitions: parseFile(file, text) }));
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

function parseFile(file: string, text: string): readonly DefinitionNode[] {
  try {
    return parse(new Source(text, file)).definitions;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { message, locations } = error;
    throw new CompositionFault([{ file, ...locations?.[0], code: 'GRAPHQL_PARSE_FAILED', message }]);
  }
}

function readExample(text: string | undefined): Record<string, unknown> | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
}
