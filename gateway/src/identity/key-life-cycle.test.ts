import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { createTestDatabase } from '@atrium/stack';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createKey } from '../testing/key.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { hashApiKey } from './api-key.ts';
import { createAuthenticator } from './authenticator.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';

const logger = pino({ level: 'silent' });
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

interface Run {
  code: number;
  out: string;
  complaint: string;
}

function keys(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const program = join(import.meta.dirname, 'cli.ts');
    const env = { PATH: process.env.PATH, DATABASE_URL: database.url };
    const options = ['--disable-warning=ExperimentalWarning', program, ...args];
    execFile(process.execPath, options, { env }, (error, out, complaint) => {
      resolve({ code: Number(error?.code ?? 0), out, complaint });
    });
  });
}

describe('the command line', () => {
  test('makes a key that identifies its client, lists it without its secret, and revokes it', async () => {
    const made = JSON.parse(
      (await keys('create', '-n', 'ci', '-s', 'profile:read,image:write', '-c', 'web', '--json')).out,
    );
    const authenticator = createAuthenticator({ store, logger, cacheMs: 1_000 });
    const client = await authenticator.identify({ 'x-api-key': made.key });
    expect(client).toEqual({ keyId: made.id, clientId: 'web', scopes: new Set(['profile:read', 'image:write']) });

    const listed = await keys('list');
    expect(listed.out).toContain(`${made.id}  ci`);
    expect(listed.out).not.toContain(made.key.slice(-38, -6));

    expect(JSON.parse((await keys('revoke', made.id, '--json')).out)).toMatchObject({ id: made.id, state: 'revoked' });
    const isRefused = () =>
      authenticator.identify({ 'x-api-key': made.key }).then(
        () => false,
        () => true,
      );
    expect(await waitUntil(isRefused, 5_000)).toBeLessThan(5_000);
  });

  test('tells in one line what cannot be done', async () => {
    const [scope, past, unknown] = await Promise.all([
      keys('create', '-n', 'x', '-s', 'profile:everything'),
      keys('create', '-n', 'x', '-s', 'all', '-e', '2020-01-01'),
      keys('revoke', 'nobody'),
    ]);
    expect(scope).toMatchObject({ code: 1, complaint: expect.stringContaining('Unknown: profile:everything') });
    expect(past).toMatchObject({ code: 1, complaint: expect.stringMatching(/^keys: [^\n]*expired[^\n]*\n$/) });
    expect(unknown).toMatchObject({
      code: 1,
      complaint: expect.stringMatching(/^keys: There is no key "nobody"[^\n]*\n$/),
    });
  });
});

describe('identification', () => {
  test('takes a key from either header and notes that it was used', async () => {
    const { id, key } = await createKey(store);
    const authenticator = createAuthenticator({ store, logger, cacheMs: 1_000 });
    expect(await authenticator.identify({ 'x-api-key': key })).toMatchObject({ keyId: id });
    expect(await authenticator.identify({ authorization: `Bearer ${key}` })).toMatchObject({ keyId: id });
    await waitUntil(async () => (await store.find(id))?.lastUsedAt instanceof Date, 5_000);
  });

  test('answers every key that does not hold in the same words', async () => {
    const authenticator = createAuthenticator({ store, logger, cacheMs: 1_000 });
    const expired = await createKey(store, { lifetimeSeconds: 0.001 });
    await waitUntil(async () => (await store.find(expired.id))?.state !== 'active', 1_000);
    const revoked = await createKey(store);
    await store.revoke(revoked.id);
    const { key } = await createKey(store);
    const ofAnotherSecret = await createKey(store, { hash: hashApiKey('another') });
    const headers = [
      {},
      { 'x-api-key': '' },
      { 'x-api-key': `${key}0` },
      { 'x-api-key': expired.key },
      { 'x-api-key': revoked.key },
      { 'x-api-key': ofAnotherSecret.key },
      { authorization: 'Basic YTpi' },
      { authorization: `Bearer ${key.toLowerCase()}` },
    ];
    const answers = await Promise.all(headers.map((header) => authenticator.identify(header).catch((error) => error)));
    expect(new Set(answers.map(({ code, message }) => `${code} ${message}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('asks the database once for a key, however many requests wait for it', async () => {
    const { key } = await createKey(store);
    let asked = 0;
    const counting: KeyStore = {
      ...store,
      find: (id) => {
        asked += 1;
        return store.find(id);
      },
    };
    const authenticator = createAuthenticator({ store: counting, logger, cacheMs: 1_000 });
    await Promise.all(Array.from({ length: 50 }, () => authenticator.identify({ 'x-api-key': key })));
    expect(asked).toBe(1);
  });

  test('is UNAVAILABLE, not refused, while the database is away', async () => {
    const { key } = await createKey(store);
    const away = openKeyStore('postgresql://nobody:x@127.0.0.1:1/none', { connections: 1, timeoutMs: 500 });
    const authenticator = createAuthenticator({ store: away, logger, cacheMs: 1_000 });
    await expect(authenticator.identify({ 'x-api-key': key })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await away.close();
  });
});
