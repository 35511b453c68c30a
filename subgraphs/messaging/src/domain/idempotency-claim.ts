import type { KeyedHash } from '@atrium/service-kit';
import type { IdempotencyClaim } from './ports.ts';
import { readIdempotencyKey } from './read-send-input.ts';

/**
 * A client's key and what it asks for by it, which `input` tells, as hashes: what clients type into keys may be personal.
 * Undefined where there is no key.
 */
export function claimKey(
  keyedHash: KeyedHash,
  clientId: string,
  typedKey: string | null | undefined,
  input: () => readonly string[],
): IdempotencyClaim | undefined {
  const key = readIdempotencyKey(typedKey);
  if (key === undefined) return undefined;
  return { clientId, key: keyedHash('key', clientId, key).toString('base64url'), inputHash: keyedHash(...input()) };
}
