import { generateKeyPairSync } from 'node:crypto';
import type { PrivateJwk } from '@atrium/service-kit';

/** A key to sign with. */
export function createKey(kid: string): PrivateJwk {
  return { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid } as PrivateJwk;
}
