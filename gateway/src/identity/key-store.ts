import { parseDatabaseUrl } from '@atrium/service-kit/database';
import { PrismaPg } from '@prisma/adapter-pg';
import type { KeyEnvironment } from './api-key.ts';
import { Prisma, PrismaClient } from './generated/client.ts';

/** What the database knows about a key, but for its hash. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly scopes: string[];
  readonly environment: KeyEnvironment;
  readonly state: 'active' | 'expired' | 'revoked';
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly requestsPerMinute: number | null;
  readonly lastUsedAt: Date | null;
}

/** A key to keep. It expires at a point in time, or so long after now; never where neither is given. */
export interface NewKey {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly hash: Buffer<ArrayBuffer>;
  readonly scopes: readonly string[];
  readonly environment: KeyEnvironment;
  readonly expiresAt: Date | undefined;
  readonly lifetimeSeconds: number | undefined;
}

/** The gateway's API keys. */
export interface KeyStore {
  /** Keeps a key; undefined where it would have expired already. */
  create(key: NewKey): Promise<KeyRecord | undefined>;
  find(id: string): Promise<(KeyRecord & { hash: Uint8Array }) | undefined>;
  list(): Promise<KeyRecord[]>;
  /** Revokes a key; undefined where there is none. A key revoked before keeps its first time. */
  revoke(id: string): Promise<KeyRecord | undefined>;
  /** Notes that a key was used, to the minute. */
  touch(id: string): Promise<void>;
  /** Rejects where the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

// Whether a key still holds is judged here, so that every gateway reads one clock: the database's.
const columns = Prisma.sql`
  id, name, client_id AS "clientId", scopes, environment::text AS environment, created_at AS "createdAt",
  expires_at AS "expiresAt", revoked_at AS "revokedAt", requests_per_minute AS "requestsPerMinute",
  last_used_at AS "lastUsedAt",
  CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'active' END AS state`;

/** Opens the keys kept in a database. A database that hangs counts as one that is away. */
export function openKeyStore(databaseUrl: string, options: { connections: number; timeoutMs: number }): KeyStore {
  const adapter = new PrismaPg({
    ...parseDatabaseUrl(databaseUrl),
    max: options.connections,
    connectionTimeoutMillis: options.timeoutMs,
    query_timeout: options.timeoutMs,
  });
  const prisma = new PrismaClient({ adapter });
  return {
    async create(key) {
      const expiry = Prisma.sql`COALESCE(${key.expiresAt ?? null}::timestamptz,
        now() + make_interval(secs => ${key.lifetimeSeconds ?? null}::double precision))`;
      const [created] = await prisma.$queryRaw<KeyRecord[]>`
        INSERT INTO api_keys (id, name, client_id, hash, scopes, environment, expires_at)
        SELECT ${key.id}, ${key.name}, ${key.clientId}, ${key.hash}, ${[...key.scopes]}::text[],
               ${key.environment}::key_environment, ${expiry}
         WHERE COALESCE(${expiry} > now(), true)
        RETURNING ${columns}`;
      return created;
    },
    async find(id) {
      const [found] = await prisma.$queryRaw<(KeyRecord & { hash: Uint8Array })[]>`
        SELECT ${columns}, hash FROM api_keys WHERE id = ${id}`;
      return found;
    },
    list: () => prisma.$queryRaw<KeyRecord[]>`SELECT ${columns} FROM api_keys ORDER BY created_at, id`,
    async revoke(id) {
      const [revoked] = await prisma.$queryRaw<KeyRecord[]>`
        UPDATE api_keys SET revoked_at = COALESCE(revoked_at, now()) WHERE id = ${id} RETURNING ${columns}`;
      return revoked;
    },
    async touch(id) {
      await prisma.$executeRaw`
        UPDATE api_keys SET last_used_at = now()
         WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;
    },
    async check() {
      await prisma.$queryRaw`SELECT 1`;
    },
    close: () => prisma.$disconnect(),
  };
}
