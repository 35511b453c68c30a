import { hash } from 'node:crypto';
import { print } from 'graphql';
import type { Operation } from '../use/operation.ts';

/**
 * The operations as a manifest of persisted queries in Apollo's format, which the gateway reads at PERSISTED_QUERIES_PATH. A
 * body is the document as graphql-js prints it, which is what clients with a TypedDocumentNode send; its id is the
 * SHA-256 of it. The order is that of the names, so that the file changes only where an operation does.
 */
export function toManifest(operations: readonly Operation[]): string {
  const entries = operations
    .map(({ name, definition, document }) => {
      const body = print(document);
      return { id: hash('sha256', body), name, type: definition.operation, body };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations: entries }, null, 2)}\n`;
}
