import type { Database } from './database.ts';
import { closeBreakers } from './send-ledger.ts';

/** The breaker of a prefix or a country that is open. */
export interface OpenBreaker {
  readonly kind: string;
  readonly key: string;
  readonly openSince: Date;
  /** The part of codes that were verified before. */
  readonly baseline: number;
  /** The probes of the present round. */
  readonly roundSent: number;
  readonly roundVerified: number;
}

/** Those that are open, the latest first. */
export function findOpenBreakers(database: Database): Promise<OpenBreaker[]> {
  return database.$queryRaw<OpenBreaker[]>`
    SELECT kind, key, open_since AS "openSince", baseline, round_sent AS "roundSent", round_verified AS "roundVerified"
    FROM send_counts WHERE open_since IS NOT NULL ORDER BY open_since DESC, kind, key`;
}

/** Closes a breaker by hand; false where none of this name is open. */
export async function closeBreaker(database: Database, kind: string, key: string): Promise<boolean> {
  return (await closeBreakers(database, [{ kind, key }])) > 0;
}
