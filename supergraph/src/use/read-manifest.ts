import { type DocumentNode, type FragmentDefinitionNode, Kind } from 'graphql';
import { CompositionFault } from '../faults.ts';
import type { Place } from '../findings/finding.ts';
import { parseFile } from '../parse-file.ts';
import type { Operation } from './operation.ts';
import type { TextFile } from './read-documents.ts';
import { withFragments } from './with-fragments.ts';

interface Manifest {
  format?: string;
  operations?: { id: string; name: string; body: string }[];
}

/** The operations of a persisted query manifest in Apollo's format; each stands where its id does. */
export function readManifest({ file, text }: TextFile): Operation[] {
  const { format, operations } = readJson(file, text);
  if (format !== 'apollo-persisted-query-manifest' || !Array.isArray(operations)) {
    throw new CompositionFault([{ file, message: 'is no persisted query manifest' }]);
  }
  const lines = text.split('\n');
  return operations.flatMap(({ id, name, body }): Operation[] => {
    const line =
      1 +
      Math.max(
        0,
        lines.findIndex((each) => each.includes(JSON.stringify(id))),
      );
    const { definitions } = parseBody(body, { file, line });
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const each of definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
    return definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? [{ name, definition, document: withFragments(definition, fragments), file, entryLine: line }]
        : [],
    );
  });
}

/** An operation stands escaped on one line, so what is wrong with it is told at its entry. */
function parseBody(body: string, entry: Place): DocumentNode {
  try {
    return parseFile(entry.file, body);
  } catch (error) {
    if (!(error instanceof CompositionFault)) throw error;
    throw new CompositionFault(error.faults.map(({ code, message }) => ({ ...entry, code, message })));
  }
}

function readJson(file: string, text: string): Manifest {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    throw new CompositionFault([{ file, message: 'is no JSON' }]);
  }
}
