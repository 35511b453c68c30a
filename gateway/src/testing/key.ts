import { hashApiKey, newApiKey } from '../identity/api-key.ts';
import type { NewKey } from '../identity/create-key.ts';
import type { KeyStore } from '../identity/key-store.ts';

/** Keeps a new key in a store and gives its text. */
export async function createKey(store: KeyStore, about: Partial<NewKey> = {}): Promise<{ id: string; key: string }> {
  const { id, key } = newApiKey('test');
  await store.create({
    id,
    name: 'a test',
    clientId: 'test-client',
    hash: hashApiKey(key),
    scopes: [],
    environment: 'test',
    expiresAt: undefined,
    lifetimeSeconds: undefined,
    requestsPerMinute: undefined,
    by: 'a test',
    ...about,
  });
  return { id, key };
}
