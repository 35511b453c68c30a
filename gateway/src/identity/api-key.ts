import { hash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a key is for: trying things out, or the public. */
export type KeyEnvironment = 'test' | 'live';

/** A key's parts that its text itself tells; whether it is known is another question. */
export interface ApiKeyParts {
  readonly id: string;
  readonly environment: KeyEnvironment;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idLength = 12;
/** 32 characters of 62 are 190 bits. */
const secretLength = 32;
const checksumLength = 6;
/** `atr_test_` is as long as `atr_live_`. */
const prefixLength = 9;
const form = /^atr_(test|live)_([\dA-Za-z]{12,24})_[\dA-Za-z]{32,64}$/;

/**
 * A new key, `atr_<environment>_<id>_<secret><checksum>`. Its prefix and checksum let scanners of source code tell a
 * leaked key from noise, and refuse a mistyped one without a look-up.
 */
export function newApiKey(environment: KeyEnvironment, id = randomText(idLength)): { id: string; key: string } {
  const body = `atr_${environment}_${id}_${randomText(secretLength)}`;
  return { id, key: body + checksum(body) };
}

/** Reads a key's form; undefined for what cannot be a key of ours. */
export function parseApiKey(text: string): ApiKeyParts | undefined {
  const [, environment, id] = form.exec(text) ?? [];
  if (environment === undefined || id === undefined) return undefined;
  const body = text.slice(0, -checksumLength);
  if (checksum(body) !== text.slice(-checksumLength)) return undefined;
  return { id, environment: environment as KeyEnvironment };
}

/**
 * The id in what may be a key, without judging the rest: enough to find what the key must be compared with. Empty
 * where there is none.
 */
export function idOfApiKey(text: string): string {
  return text.slice(prefixLength, text.indexOf('_', prefixLength));
}

/**
 * What is kept of a key: its SHA-256 in base64. Its secret is random and long, so a plain hash cannot be reversed and
 * needs no salt.
 */
export function hashApiKey(key: string): string {
  return hash('sha256', key, 'base64');
}

/** The CRC32 of a text in base 62. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < checksumLength; place += 1) {
    digits = alphabet.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

function randomText(length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
