import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { PublicError } from '@atrium/service-kit';
import type { Logger } from 'pino';
import { type Manifest, readManifest } from './manifest.ts';
import { createRegisteredOperations } from './registered-operations.ts';

/** What persisted operations are made of. */
export interface PersistedOptions {
  /** The manifest of known operations; undefined where there is none. */
  manifestPath: string | undefined;
  /** Refuses every operation that the manifest does not hold. */
  onlyKnown: boolean;
  /** The memory for operations that clients register by themselves; with 0 they may not. */
  maxBytes: number;
  logger: Logger;
}

/** The operation that a request means. */
export interface ResolvedOperation {
  readonly text: string;
  /** Keeps the text for this client's later requests; to be called once the operation has passed every limit. */
  readonly register?: () => void;
}

/** Finds the text of operations that are sent by their hash. */
export interface PersistedOperations {
  /**
   * The operation of a request, from its `query` and `extensions`; throws a PublicError where it means none, or one
   * that is not served. Without `query` the request must hold `extensions.persistedQuery`.
   */
  resolve(query: string | undefined, extensions: unknown, clientId: string): ResolvedOperation;
  /** Reads the manifest again. A broken one is logged and refused, the last good one stays: then it answers false. */
  reload(): Promise<boolean>;
  /** The names of the operations that the manifest holds. */
  knownNames(): ReadonlySet<string>;
  /** The memory that operations which clients registered take, in bytes. */
  registeredBytes(): number;
}

/**
 * Persisted operations: those of a manifest, and those that clients register by themselves by Apollo's protocol, see
 * https://www.apollographql.com/docs/apollo-server/performance/apq. Throws in one line where the manifest is broken.
 */
export function createPersistedOperations(options: PersistedOptions): PersistedOperations {
  const { manifestPath, onlyKnown, maxBytes, logger } = options;
  if (onlyKnown && manifestPath === undefined) {
    throw new Error('PERSISTED_QUERIES_ONLY needs the manifest of what is served. Set PERSISTED_QUERIES_PATH.');
  }
  const registered = createRegisteredOperations(maxBytes);
  let manifest = manifestPath === undefined ? readManifest(emptyManifest) : open(manifestPath);

  function resolveHash(id: string, query: string | undefined, clientId: string): ResolvedOperation {
    const known = manifest.bodyOf(id) ?? registered.find(clientId, id);
    if (query === undefined) {
      if (known !== undefined && (!onlyKnown || manifest.holds(known))) return { text: known };
      if (onlyKnown) throw notAllowed();
      throw maxBytes === 0 ? notSupported() : notFound();
    }
    if (query !== known && hash('sha256', query) !== id) {
      throw new PublicError('BAD_REQUEST', 'sha256Hash is not the SHA-256 of query, in hexadecimal digits.');
    }
    if (onlyKnown && !manifest.holds(query)) throw notAllowed();
    if (known !== undefined || maxBytes === 0) return { text: query };
    return { text: query, register: () => registered.add(clientId, id, query) };
  }

  return {
    resolve(query, extensions, clientId) {
      const persisted = persistedQueryOf(extensions);
      if (persisted !== undefined) return resolveHash(readHash(persisted), query, clientId);
      if (query === undefined) throw new PublicError('BAD_REQUEST', 'Send the document as a text in query.');
      if (onlyKnown && !manifest.holds(query)) throw notAllowed();
      return { text: query };
    },
    async reload() {
      if (manifestPath === undefined) return true;
      try {
        manifest = readManifest(await readFile(manifestPath, 'utf8'));
        logger.info({ operations: manifest.size }, 'manifest of known operations taken');
        return true;
      } catch (error) {
        logger.error({ fault: toFault(error) }, 'manifest of known operations refused, the last one stays');
        return false;
      }
    },
    knownNames: () => manifest.names,
    registeredBytes: () => registered.sizeBytes,
  };
}

const emptyManifest = JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations: [] });

function open(path: string): Manifest {
  try {
    return readManifest(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`The manifest of known operations cannot be used (${toFault(error)}: ${path}).`);
  }
}

/** What is wrong with a manifest: the operator's own file, so that its places may be named. */
function toFault(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

function persistedQueryOf(extensions: unknown): unknown {
  if (extensions === undefined || extensions === null) return undefined;
  return (extensions as { persistedQuery?: unknown }).persistedQuery ?? undefined;
}

function readHash(persisted: unknown): string {
  const { version, sha256Hash } = persisted as { version?: unknown; sha256Hash?: unknown };
  if (version !== 1) throw notSupported();
  if (typeof sha256Hash !== 'string') throw new PublicError('BAD_REQUEST', 'Send sha256Hash as a text.');
  return sha256Hash;
}

// Apollo's clients know these two by their exact messages, and then send the text.
function notFound(): PublicError {
  return new PublicError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
}

function notSupported(): PublicError {
  return new PublicError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
}

function notAllowed(): PublicError {
  return new PublicError('OPERATION_NOT_ALLOWED', 'Only known operations are served. Register the operation.');
}
