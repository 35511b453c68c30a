import type { Logger } from 'pino';
import type { GatewaySettings } from '../config.ts';
import type { ApiClient, Authenticator } from './authenticator.ts';
import { scopes } from './scopes.ts';

/** What knows the clients of a gateway. */
export interface Identity {
  readonly authenticator: Authenticator;
  /** Rejects where clients cannot be known at the moment. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Whoever asks a gateway that knows no clients. */
const anyone: ApiClient = { keyId: 'none', clientId: 'anyone', scopes: new Set(scopes) };

/** Opens what knows the clients: the database of API keys, or nothing where everyone may ask. */
export async function openIdentity({ keys }: GatewaySettings, logger: Logger): Promise<Identity> {
  if (!keys) {
    return { authenticator: { identify: () => anyone }, check: async () => {}, close: async () => {} };
  }
  // Loaded only when needed: a gateway without keys has neither a database nor a client for one.
  const [{ openKeyStore }, { createAuthenticator }] = await Promise.all([
    import('./key-store.ts'),
    import('./authenticator.ts'),
  ]);
  const store = openKeyStore(keys.databaseUrl, {
    connections: keys.databaseConnections,
    timeoutMs: keys.keyLookupTimeoutMs,
  });
  const authenticator = createAuthenticator({ store, logger, cacheMs: keys.keyCacheMs });
  return { authenticator, check: () => store.check(), close: () => store.close() };
}
