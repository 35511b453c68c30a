import type { FastifyRequest } from 'fastify';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/**
 * How much text of documents is remembered, in characters. Parsed, a document takes 80 to 100 bytes of memory for each of
 * them, and clients choose how many different ones the gateway sends: this is at most 50 MB.
 */
export const maxCharacters = 512 * 1024;

/** A request for an operation of a document that was found valid before. */
export interface KnownRequest {
  readonly document: DocumentNode;
  readonly variableValues: Record<string, unknown> | undefined;
  readonly operationName: string | undefined;
}

/** The documents that were parsed and found valid, by their text: those of the gateway's plans and of sister services, above all. */
export class KnownDocuments {
  readonly #documents = new LRUCache<string, DocumentNode>({
    maxSize: maxCharacters,
    sizeCalculation: (_document, source) => source.length,
  });

  remember(source: string, document: DocumentNode): void {
    this.#documents.set(source, document);
  }

  /** Reads a request as our own clients send them; undefined for all that only a whole GraphQL server can judge. */
  read({ headers, body }: FastifyRequest): KnownRequest | undefined {
    if (headers.accept !== 'application/json' || !isRecord(body)) return undefined;
    const { query, variables, operationName, ...rest } = body;
    if (typeof query !== 'string' || Object.keys(rest).length > 0) return undefined;
    if (variables != null && !isRecord(variables)) return undefined;
    if (operationName != null && typeof operationName !== 'string') return undefined;
    const document = this.#documents.get(query);
    return document && { document, variableValues: variables ?? undefined, operationName: operationName ?? undefined };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
