import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { createTestDatabase } from '@atrium/stack';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import type { ApiClient } from '../identity/authenticator.ts';
import { hasRedis, startRedis, type TestRedis } from '../testing/redis-server.ts';
import {
  createRequestRate,
  openSharedCounter,
  type RequestRate,
  type RequestRateOptions,
  type SharedCounterOptions,
} from './request-rate.ts';
import { tooManyFailedKeys, tooManyRequests, toRateLimit, toRateLimitPolicy } from './request-rate-headers.ts';
import type { SharedCounter } from './request-rate-store.ts';

const logger = pino({ level: 'silent' });
const options: RequestRateOptions = { requestsPerMinute: 100, failedKeysPerMinute: 3 };
const store: SharedCounterOptions = {
  rateLimitStore: 'memory',
  rateLimitTimeoutMs: 300,
  databaseUrl: 'postgresql://nobody:x@127.0.0.1:1/none',
  redisUrl: undefined,
};

const rates: RequestRate[] = [];

afterEach(() => {
  jest.restoreAllMocks();
});

afterAll(async () => {
  await Promise.all(rates.map((each) => each.close()));
});

function open(shared?: SharedCounter): RequestRate {
  const rate = createRequestRate(options, shared, logger);
  rates.push(rate);
  return rate;
}

let clients = 0;
function newClient(requestsPerMinute: number | null = null): ApiClient {
  clients += 1;
  return { keyId: `key${clients}`, clientId: 'web', scopes: new Set(), requestsPerMinute };
}

describe('a key', () => {
  test('has its own limit or the default, and counts for itself', async () => {
    const rate = open();
    const own = newClient(2);
    expect(rate.take(own, 1)).toEqual({ limit: 2, remaining: 1, resetSeconds: 60, exceeded: false });
    expect(rate.take(own, 1)).toMatchObject({ remaining: 0, exceeded: false });
    expect(rate.take(own, 1)).toMatchObject({ remaining: 0, exceeded: true });
    expect(rate.take(newClient(2), 1)).toMatchObject({ remaining: 1, exceeded: false });
    expect(rate.take(newClient(), 1)).toMatchObject({ limit: 100, remaining: 99, exceeded: false });
  });

  test('begins anew when its minute is over, and not before', () => {
    const rate = open();
    const client = newClient(1);
    const start = performance.now();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(start);
    expect(rate.take(client, 1)).toMatchObject({ exceeded: false });
    clock.mockReturnValue(start + 59_900);
    expect(rate.take(client, 1)).toMatchObject({ exceeded: true, resetSeconds: 1 });
    clock.mockReturnValue(start + 60_000);
    expect(rate.take(client, 1)).toMatchObject({ exceeded: false, resetSeconds: 60 });
  });

  test('is charged for a batch by its size, and not for what is refused', () => {
    const rate = open();
    const client = newClient(10);
    expect(rate.take(client, 8)).toMatchObject({ remaining: 2, exceeded: false });
    expect(rate.take(client, 3)).toMatchObject({ remaining: 2, exceeded: true });
    expect(rate.take(client, 2)).toMatchObject({ remaining: 0, exceeded: false });
  });
});

describe('an address without a valid key', () => {
  test('is refused after so many tries, and others are not', () => {
    const rate = open();
    const tries = [1, 2, 3, 4].map(() => rate.takeFailedKey('10.0.0.1').exceeded);
    expect(tries).toEqual([false, false, false, true]);
    expect(rate.takeFailedKey('10.0.0.2').exceeded).toBe(false);
  });

  test('is one with all of its IPv6 network', () => {
    const rate = open();
    for (const address of ['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8::']) rate.takeFailedKey(address);
    expect(rate.takeFailedKey('2001:db8:0:0:1:2:3:4').exceeded).toBe(true);
    expect(rate.takeFailedKey('2001:db8:0:1::1').exceeded).toBe(false);
    expect(rate.takeFailedKey('::1').exceeded).toBe(false);
  });

  test('takes no more memory, however many there are', () => {
    const rate = open();
    for (let i = 0; i < 3; i += 1) rate.takeFailedKey('10.0.0.1');
    for (let i = 0; i < 10_000; i += 1) rate.takeFailedKey(`192.0.${i >> 8}.${i & 255}`);
    // The oldest was forgotten to make room.
    expect(rate.takeFailedKey('10.0.0.1').exceeded).toBe(false);
  });
});

test('what is told of a limit has the form of the draft, and a refusal says when to come back', () => {
  const state = { limit: 30, remaining: 0, resetSeconds: 42, exceeded: true };
  expect(toRateLimitPolicy(state)).toBe('"key";q=30;w=60');
  expect(toRateLimit(state)).toBe('"key";r=0;t=42');
  for (const refusal of [tooManyRequests(state), tooManyFailedKeys(state)]) {
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 42_000 });
  }
});

/** Two gateways that share a store, and see each other's counts by now: a connection may still be on its way. */
async function openTwo(shared: Partial<SharedCounterOptions>): Promise<[RequestRate, RequestRate]> {
  const openOne = async () => open(await openSharedCounter({ ...store, ...shared }));
  const two: [RequestRate, RequestRate] = [await openOne(), await openOne()];
  await waitUntil(() => countTogether(two));
  return two;
}

async function countTogether([first, second]: [RequestRate, RequestRate]): Promise<boolean> {
  const client = newClient(10);
  await first.take(client, 1);
  return (await second.take(client, 1)).remaining === 8;
}

/** What holds of two gateways on every store that can be shared. */
function testCounting(gateways: () => [RequestRate, RequestRate]): void {
  test('gateways count together, to the last of many requests at once', async () => {
    const client = newClient(50);
    const takes = Array.from({ length: 80 }, (_, i) => gateways()[i % 2 ? 1 : 0].take(client, 1));
    const states = await Promise.all(takes);
    expect(states.filter(({ exceeded }) => !exceeded)).toHaveLength(50);
    expect(states[0]?.resetSeconds).toBeGreaterThan(50);
    expect(states[0]?.resetSeconds).toBeLessThanOrEqual(60);
  });

  test('a batch is charged by its size, and not where it is refused', async () => {
    const [first, second] = gateways();
    const client = newClient(10);
    expect(await first.take(client, 8)).toMatchObject({ remaining: 2, exceeded: false });
    expect(await second.take(client, 3)).toMatchObject({ remaining: 2, exceeded: true });
    expect(await second.take(client, 2)).toMatchObject({ remaining: 0, exceeded: false });
  });
}

/** A gateway whose store went away counts by itself, to the limit: only the first request waits to find out. */
async function expectOwnCount(gateway: RequestRate): Promise<void> {
  const client = newClient(3);
  expect(await gateway.take(client, 1)).toMatchObject({ remaining: 2 });
  const states = [1, 2, 3].map(() => gateway.take(client, 1));
  expect(states).toMatchObject([{ remaining: 1 }, { remaining: 0 }, { exceeded: true }]);
}

describe('counting in PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let gateways: [RequestRate, RequestRate];

  beforeAll(async () => {
    database = await createTestDatabase('gateway');
    gateways = await openTwo({ rateLimitStore: 'postgresql', databaseUrl: database.url });
  });

  afterAll(() => database.stop());

  testCounting(() => gateways);

  test('goes on in the gateway while the database hangs, and comes back with it', async () => {
    const blocker = new pg.Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE request_rates');
    await expectOwnCount(gateways[0]);
    await blocker.end();
    await waitUntil(() => countTogether(gateways));
  });
});

(hasRedis() ? describe : describe.skip)('counting in Redis', () => {
  let redis: TestRedis;
  let gateways: [RequestRate, RequestRate];

  beforeAll(async () => {
    redis = await startRedis();
    gateways = await openTwo({ rateLimitStore: 'redis', redisUrl: redis.url });
  });

  afterAll(() => redis.close());

  testCounting(() => gateways);

  test('goes on in the gateway while Redis hangs, and comes back with it', async () => {
    redis.kill('SIGSTOP');
    try {
      await expectOwnCount(gateways[0]);
    } finally {
      redis.kill('SIGCONT');
    }
    await waitUntil(() => countTogether(gateways));
  });

  test('goes on in the gateway when Redis is killed, and comes back with another one', async () => {
    const port = Number(new URL(redis.url).port);
    await redis.close();
    await expectOwnCount(gateways[0]);
    redis = await startRedis(port);
    await waitUntil(() => countTogether(gateways), 10_000);
  });

  test('needs an address, and says so', async () => {
    const opening = openSharedCounter({ ...store, rateLimitStore: 'redis' });
    await expect(opening).rejects.toThrow('REDIS_URL: is required with RATE_LIMIT_STORE=redis');
  });
});
