import type { DocumentNode } from 'graphql';
import { type Composition, compose } from '../compose.ts';
import type { SubgraphSource } from '../configuration.ts';
import { CompositionFault } from '../faults.ts';
import type { Place } from '../findings/finding.ts';
import { parseFile } from '../parse-file.ts';
import { elementPlace, readElements, type SchemaElement } from './schema-elements.ts';

/** A subgraph at one moment, with the elements of its schema. */
export interface RevisedSubgraph extends SubgraphSource {
  document: DocumentNode;
  elements: ReadonlyMap<string, SchemaElement>;
}

/** The graph at one moment. */
export interface Revision {
  /** What people call it: `working tree`, `origin/main`. */
  name: string;
  /** The subgraphs; none where only the composed graph is known. */
  subgraphs: readonly RevisedSubgraph[];
  composition: Composition;
}

/** A revision of subgraphs that are already read; throws a CompositionFault where they do not compose. */
export function createRevision(name: string, sources: SubgraphSource[]): Revision {
  return { name, subgraphs: withElements(sources), composition: compose(sources) };
}

/** What comes of composing subgraphs: a revision, or the reason why there is none. */
export type Attempt = Revision | CompositionFault;

/** Composes subgraphs that may not fit together. */
export function attemptRevision(name: string, sources: SubgraphSource[]): Attempt {
  try {
    return createRevision(name, sources);
  } catch (error) {
    if (error instanceof CompositionFault) return error;
    throw error;
  }
}

/** Subgraphs with the elements of their schemas, whether or not they compose; a CompositionFault where one cannot be parsed. */
export function withElements(sources: readonly SubgraphSource[]): RevisedSubgraph[] {
  return sources.map((source) => {
    const document = parseFile(source.file, source.sdl);
    return { ...source, document, elements: readElements(document) };
  });
}

/**
 * Where an element stands afterwards. Of one that is gone, where the field or type that held it stands in the subgraph that
 * had it; of a type that is gone, where it stood.
 */
export function placeOfChange(
  coordinate: string,
  before: readonly RevisedSubgraph[],
  after: readonly RevisedSubgraph[],
): Place | undefined {
  const name = coordinate.replace(/^@/, '');
  const owners = [name, name.replace(/\(.*$/, ''), name.split('.')[0] ?? name];
  const [had] = before.filter(({ elements }) => elements.has(name));
  const ofSame = after.filter((each) => each.name === had?.name);
  return placeIn(after, [name]) ?? placeIn(ofSame, owners) ?? placeIn(after, owners) ?? placeIn(before, owners);
}

function placeIn(subgraphs: readonly RevisedSubgraph[], coordinates: readonly string[]): Place | undefined {
  for (const coordinate of coordinates) {
    for (const { elements } of subgraphs) {
      const element = elements.get(coordinate);
      if (element) return elementPlace(element);
    }
  }
  return undefined;
}
