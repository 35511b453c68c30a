import type { IncomingHttpHeaders } from 'node:http';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { createTestDatabase } from '@atrium/stack';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createKey } from '../testing/key.ts';
import { hashApiKey, newApiKey } from './api-key.ts';
import { type ApiClient, type Authenticator, createAuthenticator } from './authenticator.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';

const logger = pino({ level: 'silent' });
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: KeyStore;
let lookUps: (readonly string[])[];

beforeAll(async () => {
  database = await createTestDatabase('gateway');
  store = openKeyStore(database.url, { connections: 4, timeoutMs: 5_000 });
});

beforeEach(() => {
  lookUps = [];
});

afterAll(async () => {
  await store.close();
  await database.stop();
});

/** An authenticator over the real store, whose look-ups are seen. */
function authenticate(cacheMs = 60_000): Authenticator {
  const findValid: KeyStore['findValid'] = (ids) => {
    lookUps.push(ids);
    return store.findValid(ids);
  };
  return createAuthenticator({ store: { findValid }, logger, cacheMs });
}

/** The client, or the error's code and message. */
async function ask(authenticator: Authenticator, headers: IncomingHttpHeaders): Promise<ApiClient | string> {
  try {
    return await authenticator.identify(headers);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code} ${message}`;
  }
}

const isRefused = async (authenticator: Authenticator, key: string) =>
  typeof (await ask(authenticator, { 'x-api-key': key })) === 'string';

describe('a valid key', () => {
  test('is taken from either header and tells all of its client', async () => {
    const { id, key } = await createKey(store, { scopes: ['profile:read'], clientId: 'web', requestsPerMinute: 30 });
    const client = { keyId: id, clientId: 'web', scopes: new Set(['profile:read']), requestsPerMinute: 30 };
    expect(await ask(authenticate(), { 'x-api-key': key })).toEqual(client);
    expect(await ask(authenticate(), { authorization: `Bearer ${key}` })).toEqual(client);
    expect(await ask(authenticate(), { authorization: `bearer  ${key}` })).toEqual(client);
  });

  test('is answered without a promise once it is known, with one and the same client', async () => {
    const { key } = await createKey(store);
    const authenticator = authenticate();
    const client = await authenticator.identify({ 'x-api-key': key });
    expect(authenticator.identify({ 'x-api-key': key })).toBe(client);
    authenticator.forgetAll();
    const again = authenticator.identify({ 'x-api-key': key });
    expect(again).toBeInstanceOf(Promise);
    expect(await again).toBe(client);
    expect(lookUps).toHaveLength(2);
  });

  test('is looked up again before its time is over, while nobody waits', async () => {
    const { key } = await createKey(store);
    const authenticator = authenticate(2_000);
    const client = await authenticator.identify({ 'x-api-key': key });
    await waitUntil(() => {
      expect(authenticator.identify({ 'x-api-key': key })).toBe(client);
      return lookUps.length === 2;
    });
  });

  test('ends at its expiry, however long it could be remembered', async () => {
    const { id, key } = await createKey(store, { lifetimeSeconds: 0.5 });
    const authenticator = authenticate();
    expect(await isRefused(authenticator, key)).toBe(false);
    await waitUntil(() => isRefused(authenticator, key));
    expect((await store.find(id))?.state).toBe('expired');
  });

  test('ends within the time that it is remembered, where nobody tells of its end', async () => {
    const { id, key } = await createKey(store);
    const authenticator = authenticate(1_000);
    expect(await isRefused(authenticator, key)).toBe(false);
    await store.revoke(id, 'a test');
    expect(await waitUntil(() => isRefused(authenticator, key))).toBeLessThan(5_000);
  });

  test('is not remembered from before it was forgotten', async () => {
    const { id, key } = await createKey(store);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const findValid: KeyStore['findValid'] = async (ids) => {
      const found = await store.findValid(ids);
      await released;
      return found;
    };
    const authenticator = createAuthenticator({ store: { findValid }, logger, cacheMs: 60_000 });
    const early = authenticator.identify({ 'x-api-key': key });
    // The look-up has left and will say that the key holds.
    await new Promise((resolve) => setImmediate(resolve));
    await store.revoke(id, 'a test');
    authenticator.forget(id);
    release();
    await early;
    expect(await isRefused(authenticator, key)).toBe(true);
  });
});

describe('a key that does not hold', () => {
  test('is refused in the same words, whatever is wrong with it', async () => {
    const authenticator = authenticate();
    const expired = await createKey(store, { lifetimeSeconds: 0.001 });
    await waitUntil(async () => (await store.find(expired.id))?.state === 'expired');
    const revoked = await createKey(store);
    await store.revoke(revoked.id, 'a test');
    const { key } = await createKey(store);
    await authenticator.identify({ 'x-api-key': key });
    const ofAnotherSecret = await createKey(store, { hash: hashApiKey('another') });
    const headers: IncomingHttpHeaders[] = [
      {},
      { 'x-api-key': '' },
      { 'x-api-key': `${key}0` },
      { 'x-api-key': newApiKey('test').key },
      { 'x-api-key': expired.key },
      { 'x-api-key': revoked.key },
      { 'x-api-key': ofAnotherSecret.key },
      { authorization: 'Basic YTpi' },
      { authorization: key },
      { authorization: `Bearer ${key.toLowerCase()}` },
    ];
    const answers = await Promise.all(headers.map((header) => ask(authenticator, header)));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^UNAUTHENTICATED /);
  });

  test('costs no look-up where its checksum is wrong, nor with another secret than a known one', async () => {
    const { id, key } = await createKey(store);
    const authenticator = authenticate();
    expect(await isRefused(authenticator, `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`)).toBe(true);
    expect(lookUps).toEqual([]);
    await authenticator.identify({ 'x-api-key': key });
    for (const other of ofId(id, 3)) expect(await isRefused(authenticator, other)).toBe(true);
    expect(lookUps).toEqual([[id]]);
  });

  test('costs one look-up for its id, with however many secrets it comes', async () => {
    const { id } = newApiKey('test');
    const authenticator = authenticate();
    const keys = ofId(id, 20);
    await Promise.all(keys.map((key) => isRefused(authenticator, key)));
    for (const key of keys) expect(await isRefused(authenticator, key)).toBe(true);
    expect(lookUps).toEqual([[id]]);
  });

  test('pushes no valid one out of memory, however many come', async () => {
    const { key } = await createKey(store);
    const authenticator = authenticate();
    await authenticator.identify({ 'x-api-key': key });
    const madeUp = Array.from({ length: 10_500 }, () => newApiKey('test').key);
    await Promise.all(madeUp.map((each) => isRefused(authenticator, each)));
    expect(authenticator.identify({ 'x-api-key': key })).not.toBeInstanceOf(Promise);
    // The database was asked for hundreds of them at once.
    expect(lookUps.length).toBeLessThan(50);
  });
});

describe('the database', () => {
  test('is asked once for a key, and in one statement for many, however many requests wait', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => createKey(store)));
    const authenticator = authenticate();
    const requests = made.flatMap(({ key }) => Array.from({ length: 20 }, () => key));
    await Promise.all(requests.map((key) => authenticator.identify({ 'x-api-key': key })));
    expect(lookUps).toEqual([made.map(({ id }) => id)]);
  });

  test('is away: the key is UNAVAILABLE, not refused, and one that is known goes on', async () => {
    const [known, unknown] = await Promise.all([createKey(store), createKey(store)]);
    let isAway = false;
    const away = openKeyStore('postgresql://nobody:x@127.0.0.1:1/none', { connections: 1, timeoutMs: 500 });
    const findValid: KeyStore['findValid'] = (ids) => (isAway ? away : store).findValid(ids);
    const authenticator = createAuthenticator({ store: { findValid }, logger, cacheMs: 60_000 });
    const client = await authenticator.identify({ 'x-api-key': known.key });
    isAway = true;
    expect(await ask(authenticator, { 'x-api-key': unknown.key })).toMatch(/^UNAVAILABLE /);
    expect(authenticator.identify({ 'x-api-key': known.key })).toBe(client);
    isAway = false;
    expect(await isRefused(authenticator, unknown.key)).toBe(false);
    await away.close();
  });
});

/** Keys of one id with secrets of their own, each with a checksum that fits. */
function ofId(id: string, count: number): string[] {
  return Array.from({ length: count }, () => newApiKey('test', id).key);
}
