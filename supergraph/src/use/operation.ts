import type { ASTNode, DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Affected, Place } from '../findings/finding.ts';
import { placeOfNode } from '../findings/place-of-node.ts';

/** An operation that somebody sends, with the fragments that it needs. */
export interface Operation {
  name: string;
  definition: OperationDefinitionNode;
  document: DocumentNode;
  /** The file that it stands in. */
  file: string;
  /** Example variables that stand beside it in `<name>.variables.json`. */
  variables?: Readonly<Record<string, unknown>> | undefined;
  /** Where it was read from, if not from the files at hand: a git ref. */
  origin?: string | undefined;
  /** In a manifest operations stand escaped on one line, so every place in one is the line of its entry. */
  entryLine?: number | undefined;
}

/** Where a part of an operation stands. */
export function placeOf(node: ASTNode, { file, entryLine }: Operation): Place {
  if (entryLine !== undefined) return { file, line: entryLine };
  return placeOfNode(node) ?? { file };
}

/** The operation as somebody whom a finding concerns, at the part that it is about. */
export function affectedBy(operation: Operation, node: ASTNode): Affected {
  const { name, origin } = operation;
  return { name: origin ? `operation ${name} of ${origin}` : `operation ${name}`, ...placeOf(node, operation) };
}
