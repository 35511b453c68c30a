import { type ASTNode, getLocation } from 'graphql';
import type { Place } from './finding.ts';

/** Where a part of a document stands, in the file that its source is named after. */
export function placeOfNode({ loc }: Pick<ASTNode, 'loc'>): Place | undefined {
  return loc && { file: loc.source.name, ...getLocation(loc.source, loc.start) };
}
