import type { IncomingHttpHeaders } from 'node:http';
import { createBatcher, describeError, PublicError, unauthenticated } from '@atrium/service-kit';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { hashApiKey, idOfApiKey, parseApiKey } from './api-key.ts';
import type { KeyStore, ValidKey } from './key-store.ts';

/** A client that showed a valid key. It is one and the same object for as long as its key says the same. */
export interface ApiClient {
  readonly keyId: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  /** The key's own limit; null where the gateway's default holds. */
  readonly requestsPerMinute: number | null;
}

/** Tells who sends a request. */
export interface Authenticator {
  /**
   * The client whose key is in these headers: at once where the key is remembered, else when the database has
   * answered. Throws or rejects with UNAUTHENTICATED for every key that does not hold, and with UNAVAILABLE where none
   * can be judged.
   */
  identify(headers: IncomingHttpHeaders): ApiClient | Promise<ApiClient>;
  /** Forgets what is remembered of one key, because it changed. */
  forget(keyId: string): void;
  /** Forgets what is remembered of every key, because changes may have been missed. */
  forgetAll(): void;
}

/** What an authenticator works with. */
export interface AuthenticatorOptions {
  store: Pick<KeyStore, 'findValid'>;
  logger: Logger;
  /** How long an answer of the store is believed; so long a revoked key may still pass where nobody says `forget`. */
  cacheMs: number;
  /** Told of every request with a valid key, with the time of performance.now(). */
  onUse?: (keyId: string, at: number) => void;
}

/** What is remembered of a key that holds; times are those of performance.now(). */
interface KnownKey {
  readonly client: ApiClient;
  readonly hash: string;
  /** Past this the database must be asked again. It is never later than the key's expiry. */
  validUntil: number;
  /** Past this it is asked in the background, so that no request with a key in use has to wait. */
  refreshAt: number;
}

const maxKnown = 10_000;
const maxLookUpsOfAStatement = 500;

/**
 * An authenticator over the kept keys. What is known is kept by the keys' ids, valid ones apart from others, so that
 * made-up keys push no real one out. An id is looked up at most once within `cacheMs`, with however many secrets and
 * requests it comes, and all ids that are to be looked up at a moment share a statement.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { store, logger, cacheMs, onUse = () => {} } = options;
  const known = new LRUCache<string, KnownKey>({ max: maxKnown });
  /** Until when an id is refused without asking again. */
  const refused = new LRUCache<string, number>({ max: maxKnown });
  const lookUps = new Map<string, Promise<KnownKey | undefined>>();
  const find = createBatcher<string, ValidKey | undefined>(
    async (ids) => {
      const found = new Map((await store.findValid(ids)).map((key) => [key.id, key]));
      return ids.map((id) => found.get(id));
    },
    { maxSize: maxLookUpsOfAStatement, concurrency: 2 },
  );

  /** Looks a key up and remembers the answer, unless the key is forgotten before that arrives. */
  function lookUp(id: string): Promise<KnownKey | undefined> {
    const running = lookUps.get(id);
    if (running) return running;
    // From before the question on: the database may have judged at any time since.
    const askedAt = performance.now();
    const started: Promise<KnownKey | undefined> = find(id)
      .then((found) => remember(id, found, askedAt, () => lookUps.get(id) === started))
      .finally(() => {
        if (lookUps.get(id) === started) lookUps.delete(id);
      });
    lookUps.set(id, started);
    return started;
  }

  function remember(id: string, found: ValidKey | undefined, askedAt: number, isCurrent: () => boolean) {
    const key = found && toKnownKey(found, known.get(id)?.client, askedAt, cacheMs);
    if (!isCurrent()) return key;
    if (key) {
      known.set(id, key);
      refused.delete(id);
    } else {
      known.delete(id);
      refused.set(id, askedAt + cacheMs);
    }
    return key;
  }

  async function admit(text: string): Promise<ApiClient> {
    const parts = parseApiKey(text);
    if (!parts || (refused.get(parts.id) ?? 0) > performance.now()) throw unauthenticated();
    const key = await lookUp(parts.id).catch((error: unknown) => {
      logger.error({ error: describeError(error) }, 'keys cannot be looked up');
      throw new PublicError('UNAVAILABLE', 'Your key cannot be checked at the moment. Try again.', {
        retryAfterMs: 1_000,
        cause: error,
      });
    });
    if (!key || key.hash !== hashApiKey(text)) throw unauthenticated();
    onUse(parts.id, performance.now());
    return key.client;
  }

  function refresh(id: string, key: KnownKey): void {
    key.refreshAt = Number.POSITIVE_INFINITY;
    lookUp(id).catch((error) => logger.warn({ error: describeError(error) }, 'a key in use cannot be looked up'));
  }

  return {
    identify(headers) {
      const text = readKey(headers);
      if (text === undefined) throw unauthenticated();
      const id = idOfApiKey(text);
      const key = known.get(id);
      const now = performance.now();
      if (key === undefined || now >= key.validUntil) return admit(text);
      // Hashes are compared: how far two of them agree, which the time may tell, says nothing of the key.
      if (key.hash !== hashApiKey(text)) throw unauthenticated();
      if (now >= key.refreshAt) refresh(id, key);
      onUse(id, now);
      return key.client;
    },
    forget(id) {
      lookUps.delete(id);
      refused.delete(id);
      const key = known.peek(id);
      if (key) key.validUntil = 0;
    },
    forgetAll() {
      lookUps.clear();
      refused.clear();
      known.forEach((key) => {
        key.validUntil = 0;
      });
    },
  };
}

function toKnownKey(found: ValidKey, before: ApiClient | undefined, askedAt: number, cacheMs: number): KnownKey {
  const validMs = Math.min(cacheMs, found.leftMs ?? cacheMs);
  return {
    client: before && saysTheSame(before, found) ? before : toClient(found),
    hash: found.hash,
    validUntil: askedAt + validMs,
    refreshAt: askedAt + validMs / 2,
  };
}

function toClient({ id, clientId, scopes, requestsPerMinute }: ValidKey): ApiClient {
  return { keyId: id, clientId, scopes: new Set(scopes), requestsPerMinute };
}

function saysTheSame(client: ApiClient, key: ValidKey): boolean {
  return (
    client.clientId === key.clientId &&
    client.requestsPerMinute === key.requestsPerMinute &&
    client.scopes.size === key.scopes.length &&
    key.scopes.every((scope) => client.scopes.has(scope))
  );
}

/** The key in a request's headers: x-api-key, else a bearer token (RFC 6750, section 2.1). */
function readKey(headers: IncomingHttpHeaders): string | undefined {
  const own = headers['x-api-key'];
  if (typeof own === 'string') return own;
  const { authorization } = headers;
  return authorization?.slice(0, 7).toLowerCase() === 'bearer ' ? authorization.slice(7).trimStart() : undefined;
}
