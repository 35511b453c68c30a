import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { backgroundContext } from './request-context.ts';
import type { ServiceCall } from './service-call.ts';
import { createServicePool, type ServicePool, type ServicePoolOptions } from './service-pool.ts';
import { type RunningInstance, startInstance, stopInstances } from './testing/running-instance.ts';
import { waitUntil } from './testing/wait-until.ts';

const pools: ServicePool[] = [];

function open(addresses: string | string[], options: ServicePoolOptions = {}): ServicePool {
  // Without a word from the test no probe comes between.
  const pool = createServicePool('image', addresses, { breakerFailures: 3, breakerProbeMs: 60_000, ...options });
  pools.push(pool);
  return pool;
}

/** POSTs with these particulars and gives the answer as text. */
async function post(pool: ServicePool, about: Partial<ServiceCall> = {}): Promise<string> {
  const context = backgroundContext(10_000);
  const call = { path: '/graphql', headers: [], body: '{}', context, timeoutMs: 5_000, isRead: true, ...about };
  return (await pool.post(call)).body;
}

/** How a call ends that is not answered. */
function faultOf(call: Promise<string>): Promise<{ code: string; cause?: { name: string } }> {
  return call.then(
    (text) => Promise.reject(new Error(`it was answered: ${text}`)),
    (error) => error,
  );
}

const breakers = (pool: ServicePool) => pool.states().map(({ breaker }) => breaker);
const unavailable = { code: 'UNAVAILABLE' };
const hang = () => {};
const breakOff: RunningInstance['answer'] = (request) => request.socket.destroy();

afterEach(async () => {
  await stopInstances();
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe('several instances', () => {
  test('are asked in turn, the busier one less', async () => {
    const [first, second] = [await startInstance(), await startInstance()];
    const pool = open([first.url, second.url]);
    for (let i = 0; i < 6; i++) await post(pool);
    expect([first.requests.length, second.requests.length]).toEqual([3, 3]);

    const held: ServerResponse[] = [];
    first.answer = (_, response) => held.push(response);
    const waiting = post(pool);
    await waitUntil(() => held.length === 1);
    for (let i = 0; i < 4; i++) await post(pool);
    expect(pool.states()).toMatchObject([{ inFlight: 1 }, { inFlight: 0 }]);
    for (const response of held) response.end('late');
    expect(await waiting).toBe('late');
    expect(first.requests.length).toBe(4);
  });

  test('a dead one is not asked any more, nobody notices, and it is asked again once it is back', async () => {
    const [dead, alive] = [await startInstance(), await startInstance()];
    await dead.kill();
    const pool = open([dead.url, alive.url], { breakerProbeMs: 20 });
    for (let i = 0; i < 20; i++) expect(await post(pool, { isRead: i % 2 === 0 })).toBe('ok');
    await waitUntil(() => breakers(pool)[0] !== 'closed');
    await dead.restart();
    await waitUntil(() => breakers(pool)[0] === 'closed');
    for (let i = 0; i < 2; i++) await post(pool);
    expect(dead.requests.length).toBe(1);
  });

  test('when all are dead, a call is refused', async () => {
    const instances = [await startInstance(), await startInstance()];
    await Promise.all(instances.map((instance) => instance.kill()));
    const pool = open(instances.map(({ url }) => url));
    for (let i = 0; i < 10; i++) expect(await faultOf(post(pool))).toMatchObject(unavailable);
  });
});

describe('a connection that breaks unanswered', () => {
  test('has a read sent once more, to another instance even where that is the busier one', async () => {
    const held: ServerResponse[] = [];
    const [broken, busy] = [await startInstance(breakOff), await startInstance((_, response) => held.push(response))];
    const pool = open([broken.url, busy.url]);
    const reads = [post(pool), post(pool), post(pool)];
    await waitUntil(() => held.length === 3);
    for (const response of held) response.end('ok');
    expect(await Promise.all(reads)).toEqual(['ok', 'ok', 'ok']);
  });

  test('has a read sent once more to the only instance, and no third time', async () => {
    const instance = await startInstance((request, response) => {
      if (instance.requests.length % 2 === 1) request.socket.destroy();
      else response.end('ok');
    });
    const pool = open(instance.url);
    expect(await post(pool)).toBe('ok');
    instance.answer = breakOff;
    expect(await faultOf(post(pool))).toMatchObject(unavailable);
    expect(instance.requests.length).toBe(4);
  });

  test('has no change sent again, because it may have been made', async () => {
    const [broken, alive] = [await startInstance(breakOff), await startInstance()];
    const pool = open([broken.url, alive.url]);
    expect(await faultOf(post(pool, { isRead: false }))).toMatchObject(unavailable);
    expect([broken.requests.length, alive.requests.length]).toEqual([1, 0]);
  });

  test('has nothing sent again whose answer had begun', async () => {
    const [broken, alive] = [
      await startInstance((request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('half', () => request.socket.destroy());
      }),
      await startInstance(),
    ];
    const pool = open([broken.url, alive.url]);
    expect(await faultOf(post(pool))).toMatchObject(unavailable);
    expect([broken.requests.length, alive.requests.length]).toEqual([1, 0]);
  });
});

describe('a breaker', () => {
  const fault: RunningInstance['answer'] = (_, response) => response.writeHead(500).end();

  test('opens after failures in a row; then a call is refused at once without asking', async () => {
    const instance = await startInstance(fault);
    const pool = open(instance.url);
    for (let i = 0; i < 3; i++) await post(pool);
    await waitUntil(() => breakers(pool)[0] === 'open');
    const refused = await faultOf(post(pool));
    expect(refused).toMatchObject({ ...unavailable, cause: { name: 'NoInstance' } });
    expect(instance.requests.length).toBe(3);
  });

  test('does not open where an answer came between, nor for what a live service refuses', async () => {
    const instance = await startInstance((_, response) => {
      response.writeHead(instance.requests.length % 3 === 0 ? 200 : 500).end('ok');
    });
    const pool = open(instance.url);
    for (let i = 0; i < 12; i++) await post(pool);
    for (const status of [400, 401, 404, 429, 503]) {
      instance.answer = (_, response) => response.writeHead(status).end('ok');
      for (let i = 0; i < 4; i++) expect(await post(pool)).toBe('ok');
    }
    expect(breakers(pool)).toEqual(['closed']);
  });

  test('closes when a probe finds the instance back, and opens again when it still fails', async () => {
    const instance = await startInstance(fault);
    let probes = 0;
    let isBack = false;
    instance.answerProbe = (request, response) => {
      expect(request.url).toBe('/livez');
      probes++;
      response.writeHead(isBack ? 200 : 503).end();
    };
    const pool = open(instance.url, { breakerProbeMs: 10 });
    for (let i = 0; i < 3; i++) await post(pool);
    await waitUntil(() => probes >= 3);
    expect(await faultOf(post(pool))).toMatchObject(unavailable);
    isBack = true;
    instance.answer = (_, response) => response.end('ok');
    await waitUntil(() => breakers(pool)[0] === 'closed');
    expect(await post(pool)).toBe('ok');
  });

  test('shows itself as half-open while it probes', async () => {
    const instance = await startInstance(fault);
    instance.answerProbe = hang;
    const pool = open(instance.url, { breakerProbeMs: 10 });
    for (let i = 0; i < 3; i++) await post(pool);
    await waitUntil(() => breakers(pool)[0] === 'half-open');
  });

  test('opens for an instance that hangs, which nobody waits for any more', async () => {
    const instance = await startInstance(hang);
    instance.answerProbe = hang;
    const pool = open(instance.url);
    const waiting = Array.from({ length: 3 }, () => faultOf(post(pool, { timeoutMs: 100 })));
    expect(await Promise.all(waiting)).toMatchObject(Array.from({ length: 3 }, () => ({ code: 'TIMEOUT' })));
    await waitUntil(() => breakers(pool)[0] === 'open');
    const startedAt = performance.now();
    expect(await faultOf(post(pool))).toMatchObject(unavailable);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  });

  test('does not open for calls that came with little time', async () => {
    const instance = await startInstance(hang);
    const pool = open(instance.url);
    const hurried = () => faultOf(post(pool, { context: backgroundContext(20), timeoutMs: 5_000 }));
    for (let i = 0; i < 4; i++) expect(await hurried()).toMatchObject({ code: 'TIMEOUT' });
    expect(breakers(pool)).toEqual(['closed']);
  });

  test('does not make a short restart longer: the next call after it is answered', async () => {
    const instance = await startInstance();
    const pool = open(instance.url);
    await post(pool);
    await instance.kill();
    for (let i = 0; i < 5; i++) expect(await faultOf(post(pool))).toMatchObject(unavailable);
    expect(breakers(pool)).toEqual(['open']);
    await instance.restart();
    expect(await post(pool)).toBe('ok');
  });
});

describe('the time of a call', () => {
  test('covers waiting for a connection; what was given up there is never sent, and costs no connection', async () => {
    const held: ServerResponse[] = [];
    const instance = await startInstance((_, response) => held.push(response));
    const pool = open(instance.url, { connections: 1 });
    const first = post(pool);
    await waitUntil(() => held.length === 1);
    const gone = new AbortController();
    const second = faultOf(post(pool, { timeoutMs: 30 }));
    const third = faultOf(post(pool, { signal: gone.signal }));
    expect(await second).toMatchObject({ code: 'TIMEOUT' });
    gone.abort();
    expect(await third).toMatchObject(unavailable);
    instance.answer = (_, response) => response.end('ok');
    held[0]?.end('late');
    expect(await first).toBe('late');
    expect(await post(pool)).toBe('ok');
    expect([instance.requests.length, instance.connections()]).toEqual([2, 1]);
  });

  test('covers an answer that trickles', async () => {
    const instance = await startInstance((_, response) => {
      const trickle = setInterval(() => response.write('x'), 5);
      response.once('close', () => clearInterval(trickle));
    });
    expect(await faultOf(post(open(instance.url), { timeoutMs: 100 }))).toMatchObject({ code: 'TIMEOUT' });
  });

  test('is over at once when its caller has none left, or is gone', async () => {
    const instance = await startInstance();
    const pool = open(instance.url);
    expect(await faultOf(post(pool, { context: backgroundContext(0) }))).toMatchObject({ code: 'TIMEOUT' });
    expect(await faultOf(post(pool, { signal: AbortSignal.abort() }))).toMatchObject(unavailable);
    expect(instance.connections()).toBe(0);
  });

  test('ends with the interest of its caller, and the instance learns of it', async () => {
    const instance = await startInstance(hang);
    const pool = open(instance.url);
    const gone = new AbortController();
    const call = faultOf(post(pool, { signal: gone.signal }));
    await waitUntil(() => instance.requests.length === 1);
    const aborted = new Promise((resolve) => instance.requests[0]?.socket.once('close', resolve));
    gone.abort();
    expect(await call).toMatchObject(unavailable);
    await aborted;
    expect(pool.states()).toEqual([{ instance: 0, breaker: 'closed', inFlight: 0 }]);
  });
});

test.each([
  [
    'breaks off',
    async function* () {
      yield Buffer.from('half');
      throw new Error('its source is gone');
    },
  ],
  [
    'never ends',
    async function* () {
      yield Buffer.from('half');
      await new Promise(() => {});
    },
  ],
])('a body that is passed on and %s says nothing about the instance', async (_how, source) => {
  const instance = await startInstance();
  const pool = open(instance.url, { breakerFailures: 1 });
  const code = expect.stringMatching(/^(UNAVAILABLE|TIMEOUT)$/);
  expect(await faultOf(post(pool, { body: source(), isRead: false, timeoutMs: 100 }))).toMatchObject({ code });
  expect(await post(pool)).toBe('ok');
  expect(breakers(pool)).toEqual(['closed']);
});

test('a call that is over leaves nothing behind', async () => {
  const instance = await startInstance();
  const pool = open(instance.url);
  const { signal } = new AbortController();
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  for (let i = 0; i < 20; i++) await post(pool, { signal, timeoutMs: 60_000 });
  expect(timers() - before).toBeLessThan(10);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  instance.answer = breakOff;
  await faultOf(post(pool, { signal, isRead: false, timeoutMs: 60_000 }));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('an answer', () => {
  const mebibyte = Buffer.alloc(1024 * 1024);

  test.each<[string, RunningInstance['answer']]>([
    [
      'says how large',
      (_, response) => response.writeHead(200, { 'content-length': 200 * mebibyte.length }).end(mebibyte),
    ],
    ['does not say so', (_, response) => response.writeHead(200).end(Buffer.alloc(2 * mebibyte.length + 1))],
    [
      'does not end',
      (_, response) => {
        const more = () => response.destroyed || response.write(mebibyte, more);
        more();
      },
    ],
  ])('that is too large and %s is broken off, and is no sign of illness', async (_case, answer) => {
    const instance = await startInstance(answer);
    const pool = open(instance.url, { maxResponseBytes: 2 * mebibyte.length });
    for (let i = 0; i < 4; i++) {
      expect(await faultOf(post(pool))).toMatchObject({ ...unavailable, cause: { name: 'AnswerTooLarge' } });
    }
    expect(breakers(pool)).toEqual(['closed']);
    await waitUntil(() => instance.requests.every(({ destroyed, socket }) => destroyed && socket.destroyed));
  });

  test('counts with all that are read at the same time', async () => {
    const instance = await startInstance((_, response) => void response.write(mebibyte));
    const pool = open(instance.url, { maxResponseBytes: 2 * mebibyte.length, breakerFailures: 100 });
    const calls = Array.from({ length: 12 }, () => faultOf(post(pool, { timeoutMs: 1_000 })));
    const faults = await Promise.all(calls);
    const refused = faults.filter(({ cause }) => cause?.name === 'AnswerTooLarge').length;
    // Eight fit into four times the largest answer.
    expect([refused, faults.filter(({ code }) => code === 'TIMEOUT').length]).toEqual([4, 8]);
    instance.answer = (_, response) => response.end('ok');
    expect(await post(pool)).toBe('ok');
  });

  test('comes whole from many pieces', async () => {
    const text = 'grüße '.repeat(100_000);
    const instance = await startInstance((_, response) => response.end(text));
    expect(await post(open(instance.url))).toBe(text);
  });
});

test('an address is asked as it is given, and a path below it', async () => {
  const instance = await startInstance();
  await post(open(`${instance.url}/graph?v=2`), { path: '' });
  await post(open(`${instance.url}/base/`), { path: '/events' });
  await post(open(instance.url), { path: '' });
  expect(instance.requests.map(({ url }) => url)).toEqual(['/graph?v=2', '/base/events', '/']);
});

test.each(['{"name":"Ada"}', '{"name":"Ærøskøbing, पुणे, 🏝"}'])('the body %s arrives as it is', async (body) => {
  const instance = await startInstance();
  await post(open(instance.url), { body });
  expect(instance.bodies).toEqual([body]);
});

test('what cannot be put into a request is a fault of ours, and none of the instance', async () => {
  const instance = await startInstance();
  const pool = open(instance.url);
  for (let i = 0; i < 4; i++) {
    await expect(post(pool, { headers: ['x-name', 'a\nb'] })).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
  }
  expect(pool.states()).toEqual([{ instance: 0, breaker: 'closed', inFlight: 0 }]);
});

test('every call is told to the observer when it is over', async () => {
  const [first, second] = [await startInstance(breakOff), await startInstance()];
  const seen: unknown[] = [];
  const pool = open([first.url, second.url], {
    onCall: (...[service, instance, outcome, durationMs]) => {
      expect(durationMs).toBeGreaterThanOrEqual(0);
      seen.push([service, instance, outcome]);
    },
  });
  await post(pool);
  second.answer = (_, response) => response.writeHead(500).end();
  first.answer = hang;
  await faultOf(post(pool, { timeoutMs: 20 }));
  await post(pool);
  expect(seen).toEqual([
    ['image', 0, 'unreachable'],
    ['image', 1, 'answered'],
    ['image', 0, 'timed-out'],
    ['image', 1, 'failed'],
  ]);
});
