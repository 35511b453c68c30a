import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { describeError, PublicError, unauthenticated } from '@atrium/service-kit';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { hashApiKey, parseApiKey } from './api-key.ts';
import type { KeyStore } from './key-store.ts';

/** A client that showed a valid key. */
export interface ApiClient {
  readonly keyId: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

/** Tells who sends a request. */
export interface Authenticator {
  /** Rejects with UNAUTHENTICATED for every key that does not hold, and with UNAVAILABLE where none can be judged. */
  identify(headers: IncomingHttpHeaders): ApiClient | Promise<ApiClient>;
}

/** What an authenticator works with. */
export interface AuthenticatorOptions {
  store: KeyStore;
  logger: Logger;
  /** How long an answer of the store is believed; so long a revoked key may still pass. */
  cacheMs: number;
}

type Answer = { client: ApiClient | undefined };

const cacheSize = 10_000;
const usedAgainAfterMs = 60_000;

/** An authenticator over the kept keys. Known and unknown keys are remembered for a moment, by their hash alone. */
export function createAuthenticator({ store, logger, cacheMs }: AuthenticatorOptions): Authenticator {
  // The cache asks once however many requests wait for the same key, and does not remember a failure.
  const answers = new LRUCache<string, Answer, { id: string; hash: Buffer }>({
    max: cacheSize,
    ttl: cacheMs,
    fetchMethod: (_key, _stale, { context }) => look(context.id, context.hash),
    // A key that is pushed out while it is looked up is still answered.
    ignoreFetchAbort: true,
  });

  async function look(id: string, hash: Buffer): Promise<Answer> {
    const found = await store.find(id);
    if (!found || !timingSafeEqual(found.hash, hash) || found.state !== 'active') return { client: undefined };
    if (Date.now() - (found.lastUsedAt?.getTime() ?? 0) > usedAgainAfterMs) {
      store.touch(id).catch((error) => logger.warn({ error: describeError(error) }, 'last use of a key not noted'));
    }
    return { client: { keyId: id, clientId: found.clientId, scopes: new Set(found.scopes) } };
  }

  return {
    async identify(headers) {
      const key = readKey(headers);
      const parts = key === undefined ? undefined : parseApiKey(key);
      if (key === undefined || !parts) throw unauthenticated();
      const hash = hashApiKey(key);
      const answer = await answers
        .fetch(hash.toString('base64'), { context: { id: parts.id, hash } })
        .catch((error: unknown) => {
          logger.error({ error: describeError(error) }, 'keys cannot be looked up');
          throw new PublicError('UNAVAILABLE', 'Your key cannot be checked at the moment. Try again.', {
            retryAfterMs: 1_000,
            cause: error,
          });
        });
      if (!answer?.client) throw unauthenticated();
      return answer.client;
    },
  };
}

function readKey(headers: IncomingHttpHeaders): string | undefined {
  const own = headers['x-api-key'];
  if (typeof own === 'string') return own.trim();
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
