import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { createTestDatabase } from '@atrium/stack';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createKey } from '../testing/key.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';
import { recordKeyUses } from './key-uses.ts';

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

async function lastUse(id: string): Promise<number | undefined> {
  return (await store.find(id))?.lastUsedAt?.getTime();
}

describe('the last use of keys', () => {
  test('is written in one statement for all of them, by itself and soon', async () => {
    const keys = await Promise.all([createKey(store), createKey(store), createKey(store)]);
    let statements = 0;
    const recordUses: KeyStore['recordUses'] = (agesMs) => {
      statements += 1;
      return store.recordUses(agesMs);
    };
    const uses = recordKeyUses({ store: { recordUses }, logger, flushMs: 100 });
    for (let round = 0; round < 1_000; round += 1) for (const { id } of keys) uses.note(id, performance.now());
    await waitUntil(async () => (await Promise.all(keys.map(({ id }) => lastUse(id)))).every(Boolean));
    expect(statements).toBe(1);
    await uses.close();
    expect(statements).toBe(1);
  });

  test('is the time of the use, not of the writing, and never goes back', async () => {
    const { id } = await createKey(store);
    const uses = recordKeyUses({ store, logger, flushMs: 60_000 });
    uses.note(id, performance.now() - 60_000);
    await uses.flush();
    const first = await lastUse(id);
    expect(Date.now() - (first ?? 0)).toBeGreaterThan(55_000);
    expect(Date.now() - (first ?? 0)).toBeLessThan(65_000);
    uses.note(id, performance.now() - 120_000);
    await uses.close();
    expect(await lastUse(id)).toBe(first);
  });

  test('is written when the gateway ends, and later where the database is away', async () => {
    const { id } = await createKey(store);
    const away = openKeyStore('postgresql://nobody:x@127.0.0.1:1/none', { connections: 1, timeoutMs: 500 });
    let isAway = true;
    const recordUses: KeyStore['recordUses'] = (agesMs) => (isAway ? away : store).recordUses(agesMs);
    const uses = recordKeyUses({ store: { recordUses }, logger, flushMs: 60_000 });
    uses.note(id, performance.now());
    await uses.flush();
    expect(await lastUse(id)).toBeUndefined();
    isAway = false;
    await uses.close();
    expect(await lastUse(id)).toBeDefined();
    await away.close();
  });

  test('is written by several gateways at once without one standing in the other’s way', async () => {
    const made = await Promise.all(Array.from({ length: 30 }, () => createKey(store)));
    const ids = made.map(({ id }) => id);
    const rounds = Array.from({ length: 40 }, (_, round) => (round % 2 ? ids : ids.toReversed()));
    await Promise.all(rounds.map((each) => store.recordUses(new Map(each.map((id) => [id, 0])))));
    expect((await Promise.all(ids.map(lastUse))).every(Boolean)).toBe(true);
  });
});
