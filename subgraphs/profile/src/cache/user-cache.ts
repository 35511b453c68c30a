import { createBatcher } from '@atrium/service-kit';
import type { User } from '../domain/user.ts';
import { FrequencyCache } from './frequency-cache.ts';
import { FrequencySketch } from './frequency-sketch.ts';
import { gone, KnownChanges } from './known-changes.ts';
import { RecentMap } from './recent-map.ts';
import { markBytes, userBytes, usualUserBytes } from './user-bytes.ts';

/** Users as they were in the state of `asOf`, a time of performance.now(), or later; in the order of the ids. */
export interface UserSnapshot {
  readonly users: readonly (User | undefined)[];
  readonly asOf: number;
}

/** Where users are read, and within which bounds they are remembered. */
export interface UserCacheOptions {
  readonly maxBytes: number;
  /** How long ago the database must have confirmed what is remembered, at most, for it to be served. */
  readonly maxAgeMs: number;
  /** Reads the present state. */
  readonly readUsers: (ids: readonly string[]) => Promise<readonly (User | undefined)[]>;
  /** Reads a state that may lie back `maxAgeMs` at most; undefined where there is none so recent. */
  readonly readReplica?: ((ids: readonly string[]) => Promise<UserSnapshot | undefined>) | undefined;
}

/** How often the cache served, and what it holds. */
export interface UserCacheStatistics {
  readonly hits: number;
  /** Ids that were known not to exist. */
  readonly negativeHits: number;
  readonly misses: number;
  /** Reads that went past the cache because nobody confirmed what it holds. */
  readonly bypasses: number;
  readonly evictions: number;
  readonly entries: number;
  /** All that it takes, its own bookkeeping included; never more than `maxBytes`. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Whether changes are heard, so that anything may be remembered. */
  readonly listening: boolean;
}

/** What tells the cache of the database's changes. */
export interface ChangeObserver {
  /** From now on every change is heard. */
  listening(): void;
  /** Changes are not heard any more. */
  lost(): void;
  /** Everything that was acknowledged before `asOf` has been heard. */
  confirm(asOf: number): void;
  /** A user has this revision now; `gone` for one who was deleted. */
  changed(id: string, revision: number): void;
  /** Any user may have changed. */
  allChanged(): void;
}

/** The most frequent users in memory, over a database that other processes change too. */
export interface UserCache extends ChangeObserver {
  /** Undefined where there is no such user. Concurrent reads of an id are one, and what a tick misses is one query. */
  load(id: string): Promise<User | undefined>;
  /** This process has written the user; the write began at `since`. */
  wrote(user: User, since: number): void;
  /** This process has deleted the user. */
  deleted(id: string): void;
  statistics(): UserCacheStatistics;
}

interface Loaded {
  readonly user: User | undefined;
  readonly asOf: number;
}

/** The parts of the memory for ids that do not exist, and for changes that were heard of. */
const bookkeepingShare = 1 / 32;
const minMarks = 16;

/**
 * Makes the cache, empty and silent until it is told that changes are heard. docs/CACHE.md says what it promises and
 * why that holds.
 */
export function createUserCache(options: UserCacheOptions): UserCache {
  const { maxBytes, maxAgeMs, readUsers, readReplica } = options;
  const maxMarks = Math.max(minMarks, Math.floor((maxBytes * bookkeepingShare) / markBytes));
  const known = new KnownChanges(maxMarks);
  /** Until when an id is believed not to exist. */
  const absent = new RecentMap<number>(maxMarks);
  const flights = new Map<string, Promise<Loaded>>();
  const expectedEntries = Math.ceil(maxBytes / usualUserBytes);
  const sketchBytes = FrequencySketch.bytesFor(expectedEntries);
  const users = new FrequencyCache<User>({
    maxBytes: maxBytes - 2 * maxMarks * markBytes - sketchBytes,
    expectedEntries,
  });
  const counts = { hits: 0, negativeHits: 0, misses: 0, bypasses: 0 };
  /** What was read from a state of before may have changed unheard. */
  let trustedFrom = Number.POSITIVE_INFINITY;
  let confirmedAsOf = Number.NEGATIVE_INFINITY;
  const now = () => performance.now();

  /** One round for all ids that were missed in a tick; what came back older than the news is read once more. */
  const read = createBatcher<string, Loaded>(
    async (ids) => {
      const loaded = new Map<string, Loaded>();
      await loadFromReplica(ids, loaded);
      const missing = ids.filter((id) => !loaded.has(id));
      await loadPresent(missing, loaded);
      const overtaken = [...loaded].flatMap(([id, found]) => (isOlder(id, found) ? [id] : []));
      await loadPresent(overtaken, loaded);
      for (const [id, { user, asOf }] of loaded) keep(id, user, asOf);
      return ids.map((id) => loaded.get(id) as Loaded);
    },
    { maxSize: 1_000, concurrency: 4 },
  );

  async function loadPresent(ids: readonly string[], loaded: Map<string, Loaded>): Promise<void> {
    if (ids.length === 0) return;
    const asOf = now();
    const found = await readUsers(ids);
    ids.forEach((id, index) => {
      loaded.set(id, { user: found[index], asOf });
    });
  }

  /** A replica may not have heard of a user yet; what it has in an older state than is known is read again like any other. */
  async function loadFromReplica(ids: readonly string[], loaded: Map<string, Loaded>): Promise<void> {
    const snapshot = await readReplica?.(ids);
    if (!snapshot || !known.isComplete(snapshot.asOf)) return;
    const { asOf } = snapshot;
    ids.forEach((id, index) => {
      const user = snapshot.users[index];
      // Who was just found to be gone is not brought back.
      if (user && (absent.get(id) ?? 0) <= now()) loaded.set(id, { user, asOf });
    });
  }

  function isOlder(id: string, { user, asOf }: Loaded): boolean {
    return known.isOlder(id, user?.revision, asOf);
  }

  function keep(id: string, user: User | undefined, asOf: number): void {
    // A replica must not go back behind what has been answered.
    if (readReplica) {
      if (user) known.note(id, user.revision, now());
      else if (!known.isOlder(id, undefined, asOf)) absent.set(id, asOf + maxAgeMs);
    }
    if (asOf <= trustedFrom || !known.isComplete(asOf) || known.isOlder(id, user?.revision, asOf)) return;
    if (user) users.set(id, user, userBytes(user));
    else absent.set(id, asOf + maxAgeMs);
  }

  function flightOf(id: string): Promise<Loaded> {
    const running = flights.get(id);
    if (running) return running;
    const flight = read(id).finally(() => flights.delete(id));
    flights.set(id, flight);
    return flight;
  }

  /** Joins the read that is under way, unless that one began too early to know what this one must. */
  async function readThrough(id: string, askedAt: number): Promise<User | undefined> {
    for (;;) {
      const loaded = await flightOf(id);
      const { asOf, user } = loaded;
      if (asOf >= askedAt) return user;
      if (asOf >= askedAt - maxAgeMs && known.isComplete(asOf) && !isOlder(id, loaded)) return user;
    }
  }

  function hear(id: string, revision: number): void {
    known.note(id, revision, now());
    absent.delete(id);
    const remembered = users.peek(id);
    if (remembered && remembered.revision < revision) users.delete(id);
  }

  function forgetAll(): void {
    users.clear();
    absent.clear();
  }

  return {
    load(id) {
      const askedAt = now();
      const user = users.get(id);
      if (askedAt - confirmedAsOf > maxAgeMs) {
        counts.bypasses += 1;
        return readThrough(id, askedAt);
      }
      if (user) {
        counts.hits += 1;
        return Promise.resolve(user);
      }
      if ((absent.get(id) ?? 0) > askedAt) {
        counts.negativeHits += 1;
        return Promise.resolve(undefined);
      }
      counts.misses += 1;
      return readThrough(id, askedAt);
    },
    wrote(user, since) {
      hear(user.id, user.revision);
      keep(user.id, user, since);
    },
    deleted: (id) => hear(id, gone),
    changed: hear,
    allChanged() {
      known.noteAll(now());
      forgetAll();
    },
    listening() {
      forgetAll();
      trustedFrom = now();
    },
    lost() {
      forgetAll();
      trustedFrom = Number.POSITIVE_INFINITY;
      confirmedAsOf = Number.NEGATIVE_INFINITY;
    },
    confirm(asOf) {
      confirmedAsOf = asOf;
    },
    statistics: () => ({
      ...counts,
      evictions: users.evictions,
      entries: users.size,
      bytes: users.bytes + sketchBytes + (absent.size + known.size) * markBytes,
      maxBytes,
      listening: trustedFrom !== Number.POSITIVE_INFINITY,
    }),
  };
}
