import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { createTestDatabase } from '@atrium/stack';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKey } from '../testing/key.ts';
import { hashApiKey, newApiKey } from './api-key.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';
import type { RotationOutcome } from './rotate-key.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: KeyStore;

beforeAll(async () => {
  database = await createTestDatabase('gateway');
  store = openKeyStore(database.url, { connections: 4, timeoutMs: 5_000 });
});

afterAll(async () => {
  await store.close();
  await database.stop();
});

function rotate(id: string, overlapSeconds: number): Promise<RotationOutcome | undefined> {
  const { id: newId, key } = newApiKey('test');
  return store.rotate(id, { id: newId, hash: hashApiKey(key), overlapSeconds, by: 'Ravi' });
}

const inSeconds = (time: Date | null | undefined) => ((time?.getTime() ?? Number.NaN) - Date.now()) / 1_000;

describe('a rotation', () => {
  test('gives a key that can do the same for as long, and brings the end of the old one forward', async () => {
    const about = { name: 'web', clientId: 'web', scopes: ['profile:read'], requestsPerMinute: 30 };
    const { id } = await createKey(store, { ...about, environment: 'live', lifetimeSeconds: 7_200 });
    const before = await store.find(id);
    const outcome = await rotate(id, 3_600);
    if (!outcome?.rotated) throw new Error('not rotated');
    const { created, old } = outcome;
    expect(created).toMatchObject({ ...about, environment: 'live', state: 'active', expiresAt: before?.expiresAt });
    expect(created.id).not.toBe(id);
    expect(old).toMatchObject({ id, state: 'rotating', replacedBy: created.id });
    expect(inSeconds(old.expiresAt)).toBeGreaterThan(3_500);
    expect(inSeconds(old.expiresAt)).toBeLessThan(3_700);
  });

  test('never gives the old key a longer life', async () => {
    const { id } = await createKey(store, { lifetimeSeconds: 60 });
    const before = await store.find(id);
    await rotate(id, 3_600);
    expect((await store.find(id))?.expiresAt).toEqual(before?.expiresAt);
  });

  test('without an overlap ends the old key at once', async () => {
    const { id } = await createKey(store);
    expect(await rotate(id, 0)).toMatchObject({ rotated: true, old: { state: 'expired' } });
    expect(await store.findValid([id])).toEqual([]);
  });

  test('succeeds once, however many are made at the same time', async () => {
    const { id } = await createKey(store);
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => rotate(id, 60)));
    const [made, ...more] = outcomes.flatMap((outcome) => (outcome?.rotated ? [outcome.created.id] : []));
    expect(more).toEqual([]);
    for (const outcome of outcomes) expect(outcome?.old.replacedBy).toBe(made);
  });

  test('is refused for a key that does not hold, and changes nothing of it', async () => {
    const [revoked, expired] = await Promise.all([createKey(store), createKey(store, { lifetimeSeconds: 0.001 })]);
    await store.revoke(revoked.id, 'a test');
    await waitUntil(async () => (await store.find(expired.id))?.state === 'expired');
    expect(await rotate(revoked.id, 60)).toMatchObject({ rotated: false, old: { state: 'revoked', replacedBy: null } });
    expect(await rotate(expired.id, 60)).toMatchObject({ rotated: false, old: { state: 'expired', replacedBy: null } });
    expect(await rotate('nobody', 60)).toBeUndefined();
  });
});

describe('the audit trail', () => {
  test('tells all that happened to a key, who did it and when, and no secret', async () => {
    const { id, key } = await createKey(store, { name: 'web', scopes: ['profile:read'], by: 'Asha' });
    const outcome = await rotate(id, 0);
    const newId = outcome?.rotated ? outcome.created.id : '';
    await store.revoke(newId, 'Meera');
    await store.revoke(newId, 'somebody else');
    const old = await store.history(id);
    expect(old).toMatchObject([
      { event: 'CREATED', by: 'Asha', details: { name: 'web', scopes: ['profile:read'], environment: 'test' } },
      { event: 'ROTATED', by: 'Ravi', details: { replacedBy: newId } },
      { event: 'EXPIRED', by: null },
    ]);
    expect(await store.history(newId)).toMatchObject([
      { event: 'CREATED', by: 'Ravi', details: { rotatedFrom: id, name: 'web' } },
      { event: 'REVOKED', by: 'Meera' },
    ]);
    for (const { at } of old) expect(Math.abs(inSeconds(at))).toBeLessThan(60);
    expect(JSON.stringify(old)).not.toContain(key.slice(-38));
    expect(JSON.stringify(old)).not.toContain(hashApiKey(key));
  });

  test('is written with the change or the change is not made', async () => {
    // A text that PostgreSQL cannot keep.
    const by = '\u0000';
    const { id } = await createKey(store);
    const unmade = newApiKey('test');
    await expect(createKey(store, { id: unmade.id, by })).rejects.toThrow();
    await expect(store.revoke(id, by)).rejects.toThrow();
    const rotation = { id: unmade.id, hash: hashApiKey(unmade.key), overlapSeconds: 0, by };
    await expect(store.rotate(id, rotation)).rejects.toThrow();
    expect(await store.find(unmade.id)).toBeUndefined();
    expect(await store.find(id)).toMatchObject({ state: 'active', replacedBy: null });
    expect(await store.history(id)).toHaveLength(1);
  });
});
