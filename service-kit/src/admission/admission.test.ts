import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readSeries, seriesOf } from '../testing/prometheus.ts';
import { type RunningSubgraph, startSubgraph } from '../testing/running-subgraph.ts';
import { waitUntil } from '../testing/wait-until.ts';
import type { AdmissionSettings } from './settings.ts';

const roomy: AdmissionSettings = {
  readsRunning: 100,
  readsRunningOfCaller: 100,
  readsRunningOfCallerWhenFull: 100,
  readsWaiting: 100,
  writesRunning: 100,
  writesRunningOfCaller: 100,
  writesRunningOfCallerWhenFull: 100,
  writesWaiting: 100,
  bodiesMaxBytes: 1_000_000,
};
const read = (name: string) => ({ query: `query Read($name: String!) { work(name: $name) }`, variables: { name } });
const write = (name: string) => ({
  query: `mutation Write($name: String!) { work(name: $name) }`,
  variables: { name },
});

/** A subgraph whose work is over when the test says so. */
async function startWorkshop(
  settings: Partial<AdmissionSettings>,
  more: Parameters<typeof startSubgraph>[0] | object = {},
) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (_: unknown, { name }: { name: string }) => {
    begun.push(name);
    if (name === 'throws') throw new Error('it broke');
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  subgraph = await startSubgraph({
    typeDefs: 'type Query { work(name: String!): String quick: String } type Mutation { work(name: String!): String }',
    resolvers: { Query: { work, quick: () => 'done' }, Mutation: { work } },
    admission: { ...roomy, ...settings },
    ...more,
  });
  const running = subgraph;
  const tokens = new Map<string, string>();
  const tokenOf = async (client: string) => {
    const token = tokens.get(client) ?? (await running.clientToken(client));
    tokens.set(client, token);
    return token;
  };
  const metric = async (name: string) =>
    seriesOf(readSeries(await running.readMetrics()), `atrium_subgraph_admission_${name}`);
  return {
    ...running,
    begun,
    metric,
    tokenOf,
    end: (name: string) => ends.get(name)?.(),
    ask: async (client: string, body: object | string, headers?: Record<string, string>) =>
      running.post(await tokenOf(client), body, headers),
    /** Ends what has begun, in whatever order it began, until so much has. */
    async endAll(count: number) {
      await waitUntil(() => {
        for (const name of begun) ends.get(name)?.();
        return begun.length === count;
      });
      for (const name of begun) ends.get(name)?.();
    },
    hasBegun: (name: string) => waitUntil(() => begun.includes(name)),
    waiting: (lane: string, count: number) =>
      waitUntil(async () => (await metric('waiting'))[`{lane="${lane}"}`] === count),
  };
}

let subgraph: RunningSubgraph | undefined;
afterEach(() => subgraph?.close());

const dataOf = async (response: Promise<Response>) => ((await (await response).json()) as { data: unknown }).data;

describe('a subgraph under a flood', () => {
  test('lets another caller’s single read in after one of the flood at most', async () => {
    const shop = await startWorkshop({ readsRunning: 1 });
    const flood = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9'];
    const asked = [shop.ask('flood', read('f0'))];
    await shop.hasBegun('f0');
    for (const [index, name] of flood.slice(1).entries()) {
      asked.push(shop.ask('flood', read(name)));
      await shop.waiting('reads', index + 1);
    }
    const single = shop.ask('single', read('single'));
    await shop.waiting('reads', 10);
    shop.end('f0');
    await shop.hasBegun('f1');
    shop.end('f1');
    await shop.hasBegun('single');
    expect(shop.begun).toEqual(['f0', 'f1', 'single']);
    shop.end('single');
    expect(await dataOf(single)).toEqual({ work: 'single' });
    for (const name of flood.slice(2)) {
      await shop.hasBegun(name);
      shop.end(name);
    }
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(flood.map(() => 200));
  });

  test('keeps room for others whatever one caller sends', async () => {
    const shop = await startWorkshop({ readsRunning: 3, readsRunningOfCaller: 2 });
    const flood = ['f0', 'f1', 'f2'].map((name) => shop.ask('flood', read(name)));
    await shop.waiting('reads', 1);
    const single = shop.ask('single', read('single'));
    await shop.hasBegun('single');
    expect(shop.begun.filter((name) => name !== 'single')).toHaveLength(2);
    await shop.endAll(4);
    await Promise.all([single, ...flood]);
  });

  test('answers no more of one caller’s reads in a turn of the event loop than its share, be they ever so quick', async () => {
    let inTurn = 0;
    let most = 0;
    const quick = () => {
      inTurn++;
      most = Math.max(most, inTurn);
      setImmediate(() => {
        inTurn = 0;
      });
      return 'done';
    };
    const share = { readsRunningOfCaller: 2, readsRunningOfCallerWhenFull: 2 };
    const shop = await startWorkshop(share, {
      typeDefs: 'type Query { quick: String }',
      resolvers: { Query: { quick } },
    });
    const floods = Array.from({ length: 5 }, () => () => {
      const asked = Array.from({ length: 40 }, () => dataOf(shop.ask('flood', { query: '{ quick }' })));
      return Promise.all(asked);
    });
    for (const flood of floods)
      expect(new Set((await flood()).map((data) => JSON.stringify(data)))).toEqual(new Set(['{"quick":"done"}']));
    expect(most).toBe(2);
  });

  test('tells at once that it is overloaded, and when to come back', async () => {
    const shop = await startWorkshop({ readsRunning: 1, readsWaiting: 1 });
    const asked = [shop.ask('a', read('r0'))];
    await shop.hasBegun('r0');
    asked.push(shop.ask('a', read('r1')));
    await shop.waiting('reads', 1);
    const refused = await shop.ask('a', read('r2'), { 'x-request-id': 'r-2' });
    expect(refused.status).toBe(503);
    const { errors } = (await refused.json()) as { errors: { extensions: { retryAfterMs: number } }[] };
    const retryAfterMs = errors[0]?.extensions.retryAfterMs ?? 0;
    expect(errors).toEqual([
      { message: expect.any(String), extensions: { code: 'OVERLOADED', requestId: 'r-2', retryAfterMs } },
    ]);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(refused.headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1000)));
    // A refusal costs nobody their connection.
    expect(refused.headers.get('connection')).not.toBe('close');
    expect((await shop.metric('dropped_total'))['{lane="reads",reason="full"}']).toBe(1);
    shop.end('r0');
    await shop.hasBegun('r1');
    shop.end('r1');
    await Promise.all(asked);
    expect(shop.begun).toEqual(['r0', 'r1']);
  });

  test('queries do not wait for mutations', async () => {
    const shop = await startWorkshop({ writesRunning: 1 });
    const writes = ['w0', 'w1'].map((name) => shop.ask('a', write(name)));
    await shop.waiting('writes', 1);
    const reading = shop.ask('a', read('r0'));
    await shop.hasBegun('r0');
    await shop.endAll(3);
    await Promise.all([...writes, reading]);
  });

  test('answers for its health and its metrics without waiting', async () => {
    const shop = await startWorkshop({ readsRunning: 1, readsWaiting: 1, writesRunning: 1, writesWaiting: 1 });
    const asked = [read('a'), read('b'), write('c'), write('d')].map((body) => shop.ask('x', body));
    await shop.waiting('reads', 1);
    await shop.waiting('writes', 1);
    for (const path of ['livez', 'readyz', 'metrics']) expect((await fetch(`${shop.url}/${path}`)).status).toBe(200);
    await shop.endAll(4);
    await Promise.all(asked);
  });

  test('has no room for more bodies than it can hold, and one caller leaves room for others', async () => {
    const shop = await startWorkshop({ bodiesMaxBytes: 4_000, readsRunning: 1 });
    const large = (name: string) => ({ ...read(name), extensions: { padding: 'x'.repeat(1_000) } });
    const asked = [shop.ask('flood', large('f0'))];
    await shop.hasBegun('f0');
    const refused = await shop.ask('flood', large('f1'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    asked.push(shop.ask('other', large('o0')));
    await shop.waiting('reads', 1);
    for (const name of ['f0', 'o0']) {
      await shop.hasBegun(name);
      shop.end(name);
    }
    await Promise.all(asked);
    const bytes = async () =>
      seriesOf(readSeries(await shop.readMetrics()), 'atrium_subgraph_body_bytes_in_flight')[''];
    await waitUntil(async () => (await bytes()) === 0);
  });
});

describe('what nobody waits for any more', () => {
  test('is not run when its deadline passes in the line, and says so', async () => {
    const shop = await startWorkshop({ readsRunning: 1 });
    const first = shop.ask('a', read('r0'));
    await shop.hasBegun('r0');
    const late = await shop.ask('a', read('late'), { 'x-atrium-deadline-ms': '150' });
    expect(late.status).toBe(503);
    expect(await late.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
    shop.end('r0');
    await first;
    expect(await dataOf(shop.ask('a', { query: '{ quick }' }))).toEqual({ quick: 'done' });
    expect(shop.begun).toEqual(['r0']);
    expect((await shop.metric('dropped_total'))['{lane="reads",reason="deadline"}']).toBe(1);
  });

  test('is not run when its caller has gone, and its place in the line is free at once', async () => {
    const shop = await startWorkshop({ readsRunning: 1, readsWaiting: 1 });
    const first = shop.ask('a', read('r0'));
    await shop.hasBegun('r0');
    const leaving = new AbortController();
    const gone = fetch(`${shop.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: await shop.tokenOf('a') },
      body: JSON.stringify(read('gone')),
      signal: leaving.signal,
    });
    await shop.waiting('reads', 1);
    leaving.abort();
    await expect(gone).rejects.toThrow();
    await shop.waiting('reads', 0);
    const next = shop.ask('a', read('next'));
    await shop.waiting('reads', 1);
    shop.end('r0');
    await shop.hasBegun('next');
    shop.end('next');
    await Promise.all([first, next]);
    expect(shop.begun).toEqual(['r0', 'next']);
    expect((await shop.metric('dropped_total'))['{lane="reads",reason="gone"}']).toBe(1);
  });

  test('keeps its place while it is worked on, for the work goes on', async () => {
    const shop = await startWorkshop({ writesRunning: 1 });
    const leaving = new AbortController();
    const gone = fetch(`${shop.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: await shop.tokenOf('a') },
      body: JSON.stringify(write('w0')),
      signal: leaving.signal,
    });
    await shop.hasBegun('w0');
    leaving.abort();
    await expect(gone).rejects.toThrow();
    const next = shop.ask('b', write('w1'));
    await shop.waiting('writes', 1);
    expect(shop.begun).toEqual(['w0']);
    shop.end('w0');
    await shop.hasBegun('w1');
    shop.end('w1');
    await next;
  });
});

describe('a place', () => {
  test('is free again however its work ended', async () => {
    const shop = await startWorkshop({ readsRunning: 1, writesRunning: 1, readsWaiting: 1 });
    const endings = [
      read('throws'),
      write('throws'),
      '{"query": no JSON',
      '{"query":"{ quick }","__proto__":{}}',
      { query: '{ nothing }' },
      { query: 'mutation {' },
      { no: 'query' },
      [],
    ];
    for (const body of endings) await (await shop.ask('a', body)).text();
    await (await shop.ask('a', 'text', { 'content-type': 'text/plain' })).text();
    await (await shop.ask('a', 'x', { 'content-type': 'multipart/form-data; boundary=x' })).text();
    expect(await dataOf(shop.ask('a', { query: '{ quick }' }))).toEqual({ quick: 'done' });
    await waitUntil(async () => Object.values(await shop.metric('callers')).every((count) => count === 0));
    expect(await shop.metric('running')).toEqual({ '{lane="reads"}': 0, '{lane="writes"}': 0, '{lane="uploads"}': 0 });
  });

  test('is free again where callers break off at any point', async () => {
    const shop = await startWorkshop({ readsRunning: 2, writesRunning: 1 });
    const body = JSON.stringify({ query: '{ quick }' });
    for (let length = 40; length <= 3_000; length += 14) {
      // A token that was not met before is checked while its sender may go already.
      const whole =
        `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: ${await shop.tokenOf(`client-${length}`)}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
      const socket = connect(Number(new URL(shop.url).port), '127.0.0.1');
      // Up to three requests at once over one connection.
      socket.write(whole.repeat(3).slice(0, length), () => socket.destroy());
      await new Promise((resolve) => socket.once('close', resolve));
    }
    await waitUntil(async () => {
      const { running, waiting, callers } = {
        running: await shop.metric('running'),
        waiting: await shop.metric('waiting'),
        callers: await shop.metric('callers'),
      };
      return [running, waiting, callers].every((gauges) => Object.values(gauges).every((value) => value === 0));
    });
    expect(seriesOf(readSeries(await shop.readMetrics()), 'atrium_subgraph_body_bytes_in_flight')).toEqual({ '': 0 });
    expect(await dataOf(shop.ask('a', { query: '{ quick }' }))).toEqual({ quick: 'done' });
  });
});

describe('who a request counts for', () => {
  test('is the client that a sister service names, and the service itself where it names none', async () => {
    const shop = await startWorkshop({ readsRunning: 4, readsRunningOfCaller: 1 });
    const service = await shop.serviceToken('sister');
    const asked = [shop.ask('flood', read('own'))];
    await shop.hasBegun('own');
    asked.push(shop.post(service, read('for flood'), { 'x-atrium-client-id': 'flood' }));
    await shop.waiting('reads', 1);
    asked.push(shop.post(service, read('for others')));
    asked.push(shop.post(service, read('for single'), { 'x-atrium-client-id': 'single' }));
    await shop.hasBegun('for others');
    await shop.hasBegun('for single');
    // A client cannot pass its own requests off as another's.
    asked.push(shop.ask('flood', read('disguised'), { 'x-atrium-client-id': 'somebody' }));
    await shop.waiting('reads', 2);
    for (const name of ['own', 'for flood', 'for others', 'for single', 'disguised']) {
      await shop.hasBegun(name);
      shop.end(name);
    }
    await Promise.all(asked);
  });
});

test('the log line of a request says how long it waited, and the metrics how long all did', async () => {
  const shop = await startWorkshop({ readsRunning: 1 });
  const asked = [shop.ask('a', read('r0'))];
  await shop.hasBegun('r0');
  asked.push(shop.ask('a', read('r1')));
  await shop.waiting('reads', 1);
  const from = performance.now();
  await waitUntil(() => performance.now() - from > 30);
  shop.end('r0');
  await shop.hasBegun('r1');
  shop.end('r1');
  await Promise.all(asked);
  const waits = shop
    .logged()
    .filter(({ route }) => route === '/graphql')
    .map(({ waitedMs }) => waitedMs);
  expect(waits[0]).toBe(0);
  expect(waits[1]).toBeGreaterThanOrEqual(30);
  expect((await shop.metric('wait_seconds_count'))['{lane="reads"}']).toBe(2);
  expect((await shop.metric('wait_seconds_bucket'))['{lane="reads",le="0.02"}']).toBe(1);
});
