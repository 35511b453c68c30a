import { RecentMap } from './recent-map.ts';

/** The revision of a user who is gone: higher than any that a row can have. */
export const gone = Number.POSITIVE_INFINITY;

interface Change {
  readonly revision: number;
  readonly heardAt: number;
}

/**
 * The newest revisions that this process has heard of, from its own writes and from notifications, so that nothing older
 * is taken for the user: a read that was under way when the news came, an answer to a write that a later write has
 * overtaken, a replica that lags. It is bounded; what is forgotten is told by `isComplete`. Times are those of
 * performance.now().
 */
export class KnownChanges {
  readonly #changes: RecentMap<Change>;
  #forgottenUntil = Number.NEGATIVE_INFINITY;

  constructor(maxChanges: number) {
    this.#changes = new RecentMap(maxChanges, ({ heardAt }) => {
      this.#forgottenUntil = Math.max(this.#forgottenUntil, heardAt);
    });
  }

  get size(): number {
    return this.#changes.size;
  }

  /** Notes that this revision exists at the latest since `heardAt`. */
  note(id: string, revision: number, heardAt: number): void {
    const known = this.#changes.get(id);
    if (known && known.revision >= revision) return;
    this.#changes.set(id, { revision, heardAt });
  }

  /** Notes that any user may have changed until `heardAt`. */
  noteAll(heardAt: number): void {
    this.#changes.clear();
    this.#forgottenUntil = heardAt;
  }

  /** Whether all that was heard since `asOf` is still known, so that `isOlder` can be relied on for a state of then. */
  isComplete(asOf: number): boolean {
    return asOf > this.#forgottenUntil;
  }

  /** Whether this, read from the state of `asOf`, is older than what is known; no revision stands for no such user. */
  isOlder(id: string, revision: number | undefined, asOf: number): boolean {
    const known = this.#changes.get(id);
    // The state of a later time holds whatever had been heard of before, even if somebody restored an old row by hand.
    if (!known || asOf > known.heardAt) return false;
    return revision === undefined ? known.revision !== gone : revision < known.revision;
  }
}
