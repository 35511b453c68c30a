import type { PrismaClient } from './generated/client.ts';
import { creationDetails, type KeyRecord, recordColumns } from './key-record.ts';

/** The key that takes another's place. */
export interface Rotation {
  readonly id: string;
  /** As hashApiKey gives it. */
  readonly hash: string;
  /** How long the old key is good beside the new one, unless it expires before that. */
  readonly overlapSeconds: number;
  /** Who rotates, for the audit trail. */
  readonly by: string;
}

/** What came of a rotation: both keys, or the key that could not be rotated in the state that it is in. */
export type RotationOutcome =
  | { readonly rotated: true; readonly old: KeyRecord; readonly created: KeyRecord }
  | { readonly rotated: false; readonly old: KeyRecord };

/**
 * Gives a key's client a new key that can do the same for as long, and brings the old one's end forward. Only an active
 * key can be rotated, so that of two rotations at once one succeeds. Undefined where there is no such key.
 */
export function rotateKey(
  prisma: PrismaClient,
  oldId: string,
  { id, hash, overlapSeconds, by }: Rotation,
): Promise<RotationOutcome | undefined> {
  return prisma.$transaction(async (transaction): Promise<RotationOutcome | undefined> => {
    // Whoever rotates this key at the same time waits here, and then reads what was done.
    const [found] = await transaction.$queryRaw<KeyRecord[]>`
      SELECT ${recordColumns} FROM api_keys WHERE id = ${oldId} FOR UPDATE`;
    if (found?.state !== 'active') return found && { rotated: false, old: found };
    const [created] = await transaction.$queryRaw<KeyRecord[]>`
      INSERT INTO api_keys (id, hash, name, client_id, scopes, environment, expires_at, requests_per_minute)
      SELECT ${id}, decode(${hash}, 'base64'), name, client_id, scopes, environment, expires_at, requests_per_minute
        FROM api_keys WHERE id = ${oldId}
      RETURNING ${recordColumns}`;
    // Times are kept to the millisecond; rounded up, a key without an overlap would hold for one more moment, and the
    // trail would tell of its end before its rotation.
    const [old] = await transaction.$queryRaw<KeyRecord[]>`
      UPDATE api_keys
         SET replaced_by = ${id},
             expires_at = LEAST(expires_at, date_trunc('milliseconds', now()) + make_interval(secs => ${overlapSeconds}))
       WHERE id = ${oldId}
      RETURNING ${recordColumns}`;
    await transaction.$executeRaw`
      INSERT INTO api_key_events (key_id, event, at, by, details)
      SELECT id, 'CREATED'::api_key_event_kind, date_trunc('milliseconds', now()), ${by},
             ${creationDetails} || jsonb_build_object('rotatedFrom', ${oldId}::text)
        FROM api_keys WHERE id = ${id}
       UNION ALL
      SELECT id, 'ROTATED', date_trunc('milliseconds', now()), ${by},
             jsonb_build_object('replacedBy', replaced_by, 'expiresAt', expires_at)
        FROM api_keys WHERE id = ${oldId}`;
    return old && created && { rotated: true, old, created };
  });
}
