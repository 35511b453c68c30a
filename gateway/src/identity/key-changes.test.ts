import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { createTestDatabase } from '@atrium/stack';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { createKey } from '../testing/key.ts';
import { hashApiKey, newApiKey } from './api-key.ts';
import { type Identity, openIdentity } from './identity.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';

const logger = pino({ level: 'silent' });
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: KeyStore;
let admin: pg.Client;
let gateways: Identity[] = [];

beforeAll(async () => {
  database = await createTestDatabase('gateway');
  store = openKeyStore(database.url, { connections: 4, timeoutMs: 5_000 });
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()));
  gateways = [];
});

afterAll(async () => {
  await admin.end();
  await store.close();
  await database.stop();
});

/** Two gateways on the database that listen for changes, and remember keys for longer than a test takes. */
async function openGateways(): Promise<void> {
  const options = {
    keyCacheMs: 60_000,
    databaseUrl: database.url,
    databaseConnections: 2,
    keyLookupTimeoutMs: 5_000,
    keyUseFlushMs: 5_000,
  };
  gateways = [1, 2].map(() => openIdentity(options, logger));
  await waitUntil(async () => (await listening()).length === 2);
}

/** The processes of the database that serve a listening connection. */
async function listening(): Promise<number[]> {
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
      WHERE application_name = 'atrium-key-changes' AND datname = current_database() AND query LIKE 'LISTEN%'`,
  );
  return rows.map(({ pid }) => pid);
}

async function accepts(key: string): Promise<boolean[]> {
  const headers = { 'x-api-key': key };
  const answers = await Promise.allSettled(gateways.map(async ({ identify }) => identify(headers)));
  return answers.map(({ status }) => status === 'fulfilled');
}

const isAcceptedBy = async (key: string, expected: boolean) => (await accepts(key)).every((each) => each === expected);

describe('every gateway', () => {
  test('refuses a revoked key at once', async () => {
    await openGateways();
    const { id, key } = await createKey(store);
    expect(await accepts(key)).toEqual([true, true]);
    await store.revoke(id, 'a test');
    expect(await waitUntil(() => isAcceptedBy(key, false))).toBeLessThan(5_000);
  });

  test('hears of what is changed by hand', async () => {
    await openGateways();
    const { id, key } = await createKey(store, { scopes: ['profile:read'] });
    const [before] = await Promise.all(gateways.map(async ({ identify }) => identify({ 'x-api-key': key })));
    expect(before?.scopes).toEqual(new Set(['profile:read']));
    await admin.query(`UPDATE api_keys SET scopes = '{image:read}' WHERE id = $1`, [id]);
    await waitUntil(async () => {
      const clients = await Promise.all(gateways.map(async ({ identify }) => identify({ 'x-api-key': key })));
      return clients.every(({ scopes }) => scopes.has('image:read') && scopes.size === 1);
    });
  });

  test('knows a new key at once, though its id was asked for in vain', async () => {
    await openGateways();
    const { id, key } = newApiKey('test');
    expect(await accepts(key)).toEqual([false, false]);
    await createKey(store, { id, hash: hashApiKey(key) });
    await waitUntil(() => isAcceptedBy(key, true));
  });

  test('takes both keys of a rotation until the overlap is over, then the new one alone', async () => {
    await openGateways();
    const { id, key } = await createKey(store);
    const next = newApiKey('test');
    expect(await accepts(key)).toEqual([true, true]);
    await store.rotate(id, { id: next.id, hash: hashApiKey(next.key), overlapSeconds: 1, by: 'a test' });
    let sawBoth = false;
    await waitUntil(async () => {
      const [old, fresh] = await Promise.all([accepts(key), accepts(next.key)]);
      expect(fresh).toEqual([true, true]);
      sawBoth ||= old.every(Boolean);
      return !old.some(Boolean);
    });
    expect(sawBoth).toBe(true);
    expect((await store.find(id))?.state).toBe('expired');
  });
});

describe('a listening connection that is killed', () => {
  test('is opened again, and a key revoked meanwhile is refused all the same', async () => {
    await openGateways();
    const { id, key } = await createKey(store);
    expect(await accepts(key)).toEqual([true, true]);
    const killed = await listening();
    await killListenersAndRevoke(killed, id);
    expect(await waitUntil(() => isAcceptedBy(key, false))).toBeLessThan(5_000);
    await waitUntil(async () => (await listening()).filter((pid) => !killed.includes(pid)).length === 2);

    const next = await createKey(store);
    expect(await accepts(next.key)).toEqual([true, true]);
    await store.revoke(next.id, 'a test');
    await waitUntil(() => isAcceptedBy(next.key, false));
  });
});

// The change is told when it is committed, which waits until nobody listens any more.
async function killListenersAndRevoke(pids: readonly number[], id: string): Promise<void> {
  await admin.query('BEGIN');
  await admin.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id]);
  await admin.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids]);
  await waitUntil(async () => {
    await admin.query('SELECT pg_stat_clear_snapshot()');
    return !(await listening()).some((pid) => pids.includes(pid));
  });
  await admin.query('COMMIT');
}
