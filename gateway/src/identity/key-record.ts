import type { KeyEnvironment } from './api-key.ts';

/**
 * Whether a key holds: `active` and `rotating` keys do, the latter until its expiry, because another one takes its
 * place; `expired` and `revoked` ones do not.
 */
export type KeyState = 'active' | 'rotating' | 'expired' | 'revoked';

/** What the database knows about a key, but for its hash. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly scopes: string[];
  readonly environment: KeyEnvironment;
  readonly state: KeyState;
  /** Null where the gateway's default holds. */
  readonly requestsPerMinute: number | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** The id of the key that this one was rotated to. */
  readonly replacedBy: string | null;
}

/** One line of a key's audit trail. */
export interface KeyEvent {
  readonly event: 'CREATED' | 'ROTATED' | 'REVOKED' | 'EXPIRED';
  readonly at: Date;
  /** Who did it; null for what time did. */
  readonly by: string | null;
  readonly details: Record<string, unknown>;
}

/**
 * The columns of a KeyRecord. Whether a key holds is judged here, so that every gateway reads one clock: the
 * database's.
 */
export const recordColumns = `
  id, name, client_id AS "clientId", scopes, environment::text AS environment,
  CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired'
       WHEN replaced_by IS NOT NULL THEN 'rotating' ELSE 'active' END AS state,
  requests_per_minute AS "requestsPerMinute", created_at AS "createdAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt", last_used_at AS "lastUsedAt", replaced_by AS "replacedBy"`;

/** What the audit trail says of a new key, in terms of its columns. */
export const creationDetails = `
  jsonb_build_object('name', name, 'clientId', client_id, 'scopes', scopes, 'environment', environment,
                     'expiresAt', expires_at, 'requestsPerMinute', requests_per_minute)`;
