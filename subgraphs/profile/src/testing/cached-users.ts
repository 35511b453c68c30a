import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import pg from 'pg';
import { pino } from 'pino';
import { openUserCache } from '../cache/open-user-cache.ts';
import type { UserCache } from '../cache/user-cache.ts';
import { writeUsersThrough, writeVerificationsThrough } from '../cache/write-through.ts';
import type { UserStore, VerificationStore } from '../domain/ports.ts';
import { subscriptionsOf } from '../domain/subscriptions.ts';
import { openDatabase } from '../store/client.ts';
import { createUserStore } from '../store/users.ts';
import { createVerificationStore } from '../store/verifications.ts';

/** What of a Profile process reads and writes users: the stores and the cache, on connections of its own. */
export interface CachedUsers {
  readonly cache: UserCache;
  readonly users: UserStore;
  readonly verifications: VerificationStore;
  /** How many ids were read from the primary so far. */
  readonly readIds: () => number;
  /** Keeps back what the primary answers from now on; resolves when something has been, and answers how to let it go. */
  holdNextAnswer(): { held: Promise<void>; release: () => void };
  close(): Promise<void>;
}

/** How such a process differs from the usual one. */
export interface CachedUsersOptions {
  /** Where it listens for changes, if that is another way to the database. */
  readonly listenUrl?: string;
  readonly replicaUrl?: string;
  readonly cacheBytes?: number;
  readonly maxAgeMs?: number;
}

/** Opens one on the database and waits until it listens. */
export async function openCachedUsers(databaseUrl: string, options: CachedUsersOptions = {}): Promise<CachedUsers> {
  const database = openDatabase(databaseUrl, 5);
  const stored = createUserStore(database, { claimMs: 60_000, idempotencyMs: 60_000 }, subscriptionsOf([]), {
    maxWaiting: 10_000,
  });
  let read = 0;
  let hold: { reached: () => void; until: Promise<void> } | undefined;
  const { cache, close } = openUserCache(
    {
      databaseUrl: options.listenUrl ?? databaseUrl,
      databaseReplicaUrl: options.replicaUrl,
      databaseConnections: 2,
      userCacheBytes: options.cacheBytes ?? 8 * 1024 * 1024,
      userCacheMaxAgeMs: options.maxAgeMs ?? 400,
      userCacheHeartbeatMs: 50,
    },
    {
      async findUsersByIds(ids) {
        read += ids.length;
        const users = await stored.findUsersByIds(ids);
        const holding = hold;
        hold = undefined;
        holding?.reached();
        await holding?.until;
        return users;
      },
    },
    pino({ level: 'silent' }),
  );
  await waitUntil(() => cache.statistics().listening);
  return {
    cache,
    users: writeUsersThrough(stored, cache),
    verifications: writeVerificationsThrough(createVerificationStore(database, subscriptionsOf([])), cache),
    readIds: () => read,
    holdNextAnswer() {
      let release = () => {};
      const until = new Promise<void>((resolve) => {
        release = resolve;
      });
      const held = new Promise<void>((resolve) => {
        hold = { reached: resolve, until };
      });
      return { held, release };
    },
    async close() {
      await close();
      await database.$disconnect();
    },
  };
}

/** Ends the listening connections of all processes on this database, as a network or an operator would. */
export async function cutListeners(databaseUrl: string): Promise<number> {
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  try {
    const { rowCount } = await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'atrium-user-changes' AND datname = current_database()`,
    );
    return rowCount ?? 0;
  } finally {
    await admin.end();
  }
}
