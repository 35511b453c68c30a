import { hash } from 'node:crypto';
import { PublicError } from '@atrium/service-kit';
import { type ManifestOptions, openManifest } from './manifest-file.ts';
import { createRegisteredOperations } from './registered-operations.ts';

/** What persisted operations are made of. */
export interface PersistedOptions {
  /** The manifest of known operations. */
  manifest: ManifestOptions;
  /** Refuses every operation that the manifest does not hold. */
  onlyKnown: boolean;
  /** The memory for operations that clients register by themselves; with 0 they may not. */
  maxBytes: number;
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
  /** Reads the manifest's file again now; answers whether it was taken. */
  reload(): Promise<boolean>;
  /** The memory that operations which clients registered take, in bytes. */
  registeredBytes(): number;
  close(): void;
}

/**
 * Persisted operations: those of a manifest, and those that clients register by themselves by Apollo's protocol, see
 * https://www.apollographql.com/docs/apollo-server/performance/apq. Throws in one line where the manifest is broken.
 */
export function createPersistedOperations(options: PersistedOptions): PersistedOperations {
  const { onlyKnown, maxBytes } = options;
  if (onlyKnown && options.manifest.path === undefined) {
    throw new Error('PERSISTED_QUERIES_ONLY needs the manifest of what is served. Set PERSISTED_QUERIES_PATH.');
  }
  const registered = createRegisteredOperations(maxBytes);
  const manifest = openManifest(options.manifest);

  function resolveHash(id: string, query: string | undefined, clientId: string): ResolvedOperation {
    const known = manifest.current.bodyOf(id) ?? registered.find(clientId, id);
    if (query === undefined) {
      if (known !== undefined && (!onlyKnown || manifest.current.holds(known))) return { text: known };
      if (onlyKnown) throw notAllowed();
      throw maxBytes === 0 ? notSupported() : notFound();
    }
    if (query !== known && hash('sha256', query) !== id) {
      throw new PublicError('BAD_REQUEST', 'sha256Hash is not the SHA-256 of query, in hexadecimal digits.');
    }
    if (onlyKnown && !manifest.current.holds(query)) throw notAllowed();
    if (known !== undefined || maxBytes === 0) return { text: query };
    return { text: query, register: () => registered.add(clientId, id, query) };
  }

  return {
    resolve(query, extensions, clientId) {
      const persisted = persistedQueryOf(extensions);
      if (persisted !== undefined) return resolveHash(readHash(persisted), query, clientId);
      if (query === undefined) throw new PublicError('BAD_REQUEST', 'Send the document as a text in query.');
      if (onlyKnown && !manifest.current.holds(query)) throw notAllowed();
      return { text: query };
    },
    reload: manifest.reload,
    registeredBytes: () => registered.sizeBytes,
    close: manifest.close,
  };
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
  return new PublicError(
    'OPERATION_NOT_ALLOWED',
    'Only known operations are served. Have this one added to the manifest.',
  );
}
