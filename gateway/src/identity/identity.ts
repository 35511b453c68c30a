import type { Logger } from 'pino';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import { listenForKeyChanges } from './key-changes.ts';
import { openKeyStore } from './key-store.ts';
import { recordKeyUses } from './key-uses.ts';

/** What tells callers apart, over one database. */
export interface Identity extends Pick<Authenticator, 'identify'> {
  /** Rejects where the database does not answer. */
  check(): Promise<void>;
  /** Writes the last uses of keys and lets go of the database. */
  close(): Promise<void>;
}

/** What it needs to know; see the gateway's settings. */
export interface IdentityOptions {
  databaseUrl: string;
  databaseConnections: number;
  keyLookupTimeoutMs: number;
  keyCacheMs: number;
  keyUseFlushMs: number;
}

/** Opens the keys and what goes with them: the memory of those in use, what hears of changes, the notes of last use. */
export function openIdentity(options: IdentityOptions, logger: Logger): Identity {
  const { databaseUrl, databaseConnections, keyLookupTimeoutMs, keyCacheMs, keyUseFlushMs } = options;
  const store = openKeyStore(databaseUrl, { connections: databaseConnections, timeoutMs: keyLookupTimeoutMs });
  const uses = recordKeyUses({ store, logger, flushMs: keyUseFlushMs });
  const authenticator = createAuthenticator({ store, logger, cacheMs: keyCacheMs, onUse: uses.note });
  const listener = listenForKeyChanges({
    databaseUrl,
    logger,
    connectTimeoutMs: keyLookupTimeoutMs,
    onChange: authenticator.forget,
    onGap: authenticator.forgetAll,
  });
  return {
    identify: authenticator.identify,
    check: () => store.check(),
    async close() {
      await Promise.all([listener.close(), uses.close()]);
      await store.close();
    },
  };
}
