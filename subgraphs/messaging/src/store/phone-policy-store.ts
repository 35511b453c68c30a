import type { PhoneRule, PhoneRuleKind } from '../domain/phone-policy.ts';
import type { Database } from './database.ts';

/** A rule as operators see it. */
export interface StoredPhoneRule extends PhoneRule {
  readonly reason: string | null;
  readonly createdAt: Date;
}

/** A denied number as operators see it; which number it is, nobody can read. */
export interface DeniedNumber {
  readonly numberHash: Buffer;
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** The denied numbers of this moment. */
export interface DeniedNumbers {
  readonly hashes: Buffer[];
  /** When the first of them is no longer denied; null where none of them lapses. */
  readonly nextExpiryMs: number | null;
}

/** All rules, in the order in which operators read them. */
export async function readPhoneRules(database: Database): Promise<StoredPhoneRule[]> {
  return database.phoneRule.findMany({ orderBy: [{ kind: 'asc' }, { value: 'asc' }] });
}

/** Sets what holds for a country, prefix or kind of line, in place of what held before. */
export async function putPhoneRule(database: Database, rule: PhoneRule & { reason: string | null }): Promise<void> {
  const { kind, value, effect, reason } = rule;
  await database.$executeRaw`
    INSERT INTO phone_rules (kind, value, effect, reason)
    VALUES (${kind}::phone_rule_kind, ${value}, ${effect}::phone_rule_effect, ${reason})
    ON CONFLICT (kind, value) DO UPDATE SET effect = excluded.effect, reason = excluded.reason, created_at = now()`;
}

/** Takes a rule away; false where there was none. */
export async function removePhoneRule(
  database: Database,
  { kind, value }: { kind: PhoneRuleKind; value: string },
): Promise<boolean> {
  const { count } = await database.phoneRule.deleteMany({ where: { kind, value } });
  return count > 0;
}

/** The hashes of the numbers that are denied now. */
export async function readDeniedNumbers(database: Database): Promise<DeniedNumbers> {
  const rows = await database.$queryRaw<{ numberHash: Uint8Array; expiresInMs: number | null }[]>`
    SELECT number_hash AS "numberHash", (extract(epoch FROM expires_at - now()) * 1000)::float8 AS "expiresInMs"
    FROM denied_numbers WHERE expires_at IS NULL OR expires_at > now()`;
  return {
    hashes: rows.map(({ numberHash }) => Buffer.from(numberHash)),
    nextExpiryMs: rows.reduce<number | null>(
      (next, { expiresInMs }) => (expiresInMs === null ? next : Math.min(next ?? expiresInMs, expiresInMs)),
      null,
    ),
  };
}

/** The numbers that are denied now, the latest first. */
export async function listDeniedNumbers(database: Database, limit: number): Promise<DeniedNumber[]> {
  const rows = await database.$queryRaw<(Omit<DeniedNumber, 'numberHash'> & { numberHash: Uint8Array })[]>`
    SELECT number_hash AS "numberHash", reason, created_at AS "createdAt", expires_at AS "expiresAt"
    FROM denied_numbers WHERE expires_at IS NULL OR expires_at > now()
    ORDER BY created_at DESC, number_hash LIMIT ${limit}::int`;
  return rows.map((row) => ({ ...row, numberHash: Buffer.from(row.numberHash) }));
}

/** Denies numbers, for ever or for a while. */
export async function denyNumbers(
  database: Database,
  numberHashes: readonly Buffer[],
  { reason, lifetimeMs }: { reason: string | null; lifetimeMs: number | null },
): Promise<void> {
  const hashes = numberHashes.map((hash) => hash.toString('base64'));
  await database.$executeRaw`
    INSERT INTO denied_numbers (number_hash, reason, expires_at)
    SELECT DISTINCT decode(hash, 'base64'), ${reason}::text, now() + ${lifetimeMs}::float8 * interval '1 millisecond'
    FROM unnest(${hashes}::text[]) AS hash
    ON CONFLICT (number_hash) DO UPDATE
      SET reason = excluded.reason, expires_at = excluded.expires_at, created_at = now()`;
}

/** Takes numbers off the deny list; answers how many were on it. */
export function allowNumbers(database: Database, numberHashes: readonly Buffer[]): Promise<number> {
  const hashes = numberHashes.map((hash) => hash.toString('base64'));
  return database.$executeRaw`
    DELETE FROM denied_numbers
    WHERE number_hash IN (SELECT decode(hash, 'base64') FROM unnest(${hashes}::text[]) AS hash)`;
}
