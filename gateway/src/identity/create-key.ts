import type { KeyEnvironment } from './api-key.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';
import { creationDetails, type KeyRecord, recordColumns } from './key-record.ts';

/** A key to keep. It expires at a point in time, or so long after now; never where neither is given. */
export interface NewKey {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  /** As hashApiKey gives it. */
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly environment: KeyEnvironment;
  readonly expiresAt: Date | undefined;
  readonly lifetimeSeconds: number | undefined;
  /** Undefined where the gateway's default holds. */
  readonly requestsPerMinute: number | undefined;
  /** Who makes it, for the audit trail. */
  readonly by: string;
}

/** Keeps a key and notes who made it; undefined where it would have expired already. */
export async function createKey(prisma: PrismaClient, key: NewKey): Promise<KeyRecord | undefined> {
  const expiry = Prisma.sql`COALESCE(${key.expiresAt ?? null}::timestamptz,
    now() + make_interval(secs => ${key.lifetimeSeconds ?? null}::double precision))`;
  const [created] = await prisma.$queryRaw<KeyRecord[]>`
    WITH created AS (
      INSERT INTO api_keys (id, name, client_id, hash, scopes, environment, expires_at, requests_per_minute)
      SELECT ${key.id}, ${key.name}, ${key.clientId}, decode(${key.hash}, 'base64'), ${[...key.scopes]}::text[],
             ${key.environment}::key_environment, ${expiry}, ${key.requestsPerMinute ?? null}::integer
       WHERE COALESCE(${expiry} > now(), true)
      RETURNING *
    ), event AS (
      INSERT INTO api_key_events (key_id, event, by, details)
      SELECT id, 'CREATED', ${key.by}, ${creationDetails} FROM created
    )
    SELECT ${recordColumns} FROM created`;
  return created;
}
