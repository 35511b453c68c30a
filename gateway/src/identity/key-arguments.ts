import { InvalidArgumentError } from 'commander';
import { isScope, type Scope, scopes } from './scopes.ts';

/** When a key expires: at a point in time, or so long after its making. */
export type Expiry = { expiresAt: Date } | { lifetimeSeconds: number };

const secondsOf: Record<string, number> = { m: 60, h: 3_600, d: 86_400 };

/** Reads `--scopes`: names with commas between, or `all`. */
export function toScopes(text: string): Scope[] {
  if (text === 'all') return [...scopes];
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isScope(name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`Unknown: ${unknown.join(', ')}. Give all, or some of ${scopes.join(', ')}.`);
  }
  return [...new Set(names.filter(isScope))];
}

/** Reads `--expires`: a duration such as 90d, 12h or 30m, or a date and time as ISO 8601 writes it. */
export function toExpiry(text: string): Expiry {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return { lifetimeSeconds: Number(count) * (secondsOf[unit] ?? 0) };
  const time = /^\d{4}-\d\d-\d\d(T\S+)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError(
      'Give a duration such as 90d, or a date such as 2027-01-31 or 2027-01-31T12:00:00Z.',
    );
  }
  return { expiresAt: new Date(time) };
}

/** Reads `--name`: up to 100 characters that print. */
export function toName(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > 100 || /\p{C}/u.test(name)) {
    throw new InvalidArgumentError('Give 1 to 100 characters on one line.');
  }
  return name;
}

/** Reads `--client`: a short word, because it travels in every token and log line. */
export function toClientId(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text)) throw new InvalidArgumentError('Give 1 to 64 letters, digits, dots, - or _.');
  return text;
}
