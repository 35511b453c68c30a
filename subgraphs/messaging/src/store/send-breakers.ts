import { recordBreakerEvents } from './breaker-events.ts';
import type { Database, Transaction } from './database.ts';

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

/** Closes these breakers; what was sent until now does not open them again. */
export async function closeBreakers(
  tx: Transaction,
  subjects: readonly { kind: string; key: string }[],
): Promise<number> {
  if (subjects.length === 0) return 0;
  return tx.$executeRaw`
    UPDATE send_counts AS held SET open_since = NULL, baseline = NULL, round_began_at = NULL, round_sent = 0,
      round_verified = 0, closed_at = clock_timestamp()
    FROM json_to_recordset(${JSON.stringify(subjects.map(({ kind, key }) => ({ kind, key })))}::json)
      AS c(kind text, key text)
    WHERE held.kind = c.kind AND held.key = c.key`;
}

/** Closes a breaker by hand; false where none of this name is open. */
export function closeByHand(database: Database, kind: string, key: string): Promise<boolean> {
  return database.$transaction(async (tx) => {
    const [open] = await tx.$queryRaw<{ baseline: number; sent: number; verified: number }[]>`
      SELECT baseline, round_sent AS sent, round_verified AS verified FROM send_counts
      WHERE kind = ${kind} AND key = ${key} AND open_since IS NOT NULL FOR UPDATE`;
    if (!open) return false;
    await closeBreakers(tx, [{ kind, key }]);
    await recordBreakerEvents(tx, [{ kind, key, state: 'closed', ...open }], true);
    return true;
  });
}
