import { CommandFault } from '@atrium/service-kit/command-line';
import { InvalidArgumentError } from 'commander';
import { parseApiKey } from './api-key.ts';
import { isScope, type Scope, scopes } from './scopes.ts';

/** When a key expires: at a point in time, or so long after its making. */
export type Expiry = { expiresAt: Date } | { lifetimeSeconds: number };

const secondsOf: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const mostRequestsPerMinute = 10_000_000;

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
  const lifetimeSeconds = toSeconds(text);
  if (lifetimeSeconds !== undefined) return { lifetimeSeconds };
  const time = /^\d{4}-\d\d-\d\d(T\S+)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError(
      'Give a duration such as 90d, or a date such as 2027-01-31 or 2027-01-31T12:00:00Z.',
    );
  }
  return { expiresAt: new Date(time) };
}

/** Reads `--overlap`: a duration such as 24h, or 0, as seconds. */
export function toOverlap(text: string): number {
  const seconds = text === '0' ? 0 : toSeconds(text);
  if (seconds === undefined) throw new InvalidArgumentError('Give a duration such as 24h, 30m or 7d, or 0 for none.');
  return seconds;
}

/** Reads `--requests-per-minute`. */
export function toRequestsPerMinute(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= mostRequestsPerMinute) return count;
  throw new InvalidArgumentError(`Give a whole number from 1 to ${mostRequestsPerMinute}.`);
}

/** Reads `--name` and `--by`: up to 100 characters that print. */
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

/**
 * Reads a key's id. Whoever has found a whole key somewhere may give that. What is neither may be a key all the same,
 * so it is not repeated, as Commander would.
 */
export function toKeyId(text: string): string {
  if (/^[\dA-Za-z]{1,24}$/.test(text)) return text;
  const parts = parseApiKey(text);
  if (parts) return parts.id;
  throw new CommandFault(
    'That is no id. Give the part between atr_test_ (or atr_live_) and the next _, or the whole key.',
  );
}

function toSeconds(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (secondsOf[unit] ?? 0);
}
