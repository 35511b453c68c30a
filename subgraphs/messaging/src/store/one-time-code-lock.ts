import type { ChallengeKey } from '../domain/ports.ts';
import type { Transaction } from './database.ts';

/** The high half of these advisory locks' keys ("code"), apart from those of other purposes. */
const lockClass = 0x636f6465;

/**
 * Holds where a client's one-time codes belong until the transaction ends. The open one may have been sent to another
 * number or address than the next, so that the recipient's lock, which is taken after this one, would not keep two
 * requests apart.
 */
export async function holdOneTimeCodes(tx: Transaction, keys: ChallengeKey[]): Promise<void> {
  if (keys.length === 0) return;
  const names = keys.map(({ userId, purpose, boundTo }) => JSON.stringify([userId, purpose, boundTo]));
  await tx.$queryRaw`
    SELECT count(pg_advisory_xact_lock(${lockClass}::int, place))
    FROM (SELECT DISTINCT hashtext(name) AS place FROM unnest(${names}::text[]) AS name ORDER BY 1) AS places`;
}
