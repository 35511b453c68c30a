import type { Logger } from 'pino';
import type { ProfileSettings } from '../config.ts';
import type { UserStore } from '../domain/ports.ts';
import { openReplica } from '../store/replica.ts';
import { createUserCache, type UserCache } from './user-cache.ts';
import { listenForUserChanges } from './user-changes.ts';

/** What it needs to know; see Profile's settings. */
type Settings = Pick<
  ProfileSettings,
  | 'databaseUrl'
  | 'databaseReplicaUrl'
  | 'databaseConnections'
  | 'userCacheBytes'
  | 'userCacheMaxAgeMs'
  | 'userCacheHeartbeatMs'
>;

/** The cache of users over its database, and what goes with it. */
export interface OpenUserCache {
  readonly cache: UserCache;
  /** Stops listening and lets go of the replica. */
  close(): Promise<void>;
}

/** Opens the cache, what hears of changes for it, and the replica where there is one. */
export function openUserCache(
  settings: Settings,
  store: Pick<UserStore, 'findUsersByIds'>,
  logger: Logger,
): OpenUserCache {
  const { databaseUrl, databaseReplicaUrl, databaseConnections, userCacheMaxAgeMs: maxAgeMs } = settings;
  const replica =
    databaseReplicaUrl === undefined
      ? undefined
      : openReplica(databaseReplicaUrl, { connections: databaseConnections, maxAgeMs, logger });
  const cache = createUserCache({
    maxBytes: settings.userCacheBytes,
    maxAgeMs,
    readUsers: (ids) => store.findUsersByIds(ids),
    readReplica: replica?.findUsersByIds,
  });
  const changes = listenForUserChanges({
    databaseUrl,
    logger,
    observer: cache,
    heartbeatMs: settings.userCacheHeartbeatMs,
    onPosition: replica?.note,
  });
  return {
    cache,
    async close() {
      await Promise.all([changes.close(), replica?.close()]);
    },
  };
}
