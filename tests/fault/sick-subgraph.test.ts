import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { type Answer, send } from '../support/graphql-client.ts';
import { peakBytes } from '../support/memory.ts';
import { startGateway } from '../support/own-gateway.ts';
import { composeSmallGraph, startSmallGraph } from '../support/small-graph.ts';
import { startStandIn } from '../support/stand-in.ts';
import { waitFor } from '../support/wait-for.ts';

const subgraphTimeoutMs = 1_000;
/** What a busy machine may add before an answer counts as late. */
const slackMs = 2_500;
const settings = { SUBGRAPH_TIMEOUT_MS: String(subgraphTimeoutMs), BREAKER_PROBE_MS: '100' };
process.stdout.write(`sick subgraphs: settings ${JSON.stringify(settings)}\n`);

const graph = await startSmallGraph();
const gateway = await startGateway(graph.supergraphSdl, settings);
const { people, pictures } = graph;

afterAll(async () => {
  await gateway.stop('SIGKILL');
  await graph.close();
});

const ask = <Data>(query: string, url = gateway.url) => send<Data>(url, {}, query);

const onePerson = '{ person(id: "1") { name picture } }';
const wholePerson = { person: { name: 'name of 1', picture: 'picture of 1' } };
const fivePeople = '{ people(first: 5) { name picture } }';
const healthy = '{ person(id: "7") { name } }';

afterEach(async () => {
  people.misbehave = undefined;
  pictures.misbehave = undefined;
  await waitFor('everybody is well again', async () => (await ask(onePerson)).errors.length === 0);
});

/** What a reply must not tell: where anything is, what it is made of, and what a sick service said. */
function expectNoLeak({ text }: Answer<unknown>): void {
  expect(text).not.toMatch(
    /10\.20\.30\.40|127\.0\.0\.1|localhost|[\w.]:\d{4}|ECONN|EPIPE|UND_ERR|socket|\.ts\b|\bat /i,
  );
  expect(text).not.toMatch(/Bad Gateway|upstream|node_modules|stacktrace/);
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; tookMs: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, tookMs: performance.now() - startedAt };
}

/** Asks with a sick `pictures`: what it owns is missing and told, all else is there and not later than otherwise. */
async function expectOnlyPicturesMissing(code: string, url = gateway.url): Promise<void> {
  const [one, five, others] = await Promise.all([
    timed(() => ask(onePerson, url)),
    timed(() => ask(fivePeople, url)),
    timed(() => Promise.all(Array.from({ length: 10 }, () => ask(healthy, url)))),
  ]);
  expect(one.result).toMatchObject({ status: 200, data: { person: { name: 'name of 1', picture: null } } });
  expect(one.result.errors).toMatchObject([{ path: ['person', 'picture'], extensions: { code } }]);
  const names = [0, 1, 2, 3, 4].map((id) => ({ name: `name of ${id}`, picture: null }));
  expect(five.result.data).toEqual({ people: names });
  expect(five.result.errors.map(({ path, extensions }) => [path, extensions.code])).toEqual(
    names.map((_, index) => [['people', index, 'picture'], code]),
  );
  for (const { result, tookMs } of [one, five]) {
    expectNoLeak(result);
    expect(tookMs).toBeLessThan(subgraphTimeoutMs + slackMs);
  }
  for (const { data, errors } of others.result) {
    expect({ data, errors }).toEqual({ data: { person: { name: 'name of 7' } }, errors: [] });
  }
  expect(others.tookMs).toBeLessThan(subgraphTimeoutMs + slackMs);
}

const mebibyte = Buffer.alloc(1024 * 1024, ' ');

function writeMebibytes(response: ServerResponse, count: number): void {
  if (response.destroyed) return;
  if (count === 0) response.end();
  else response.write(mebibyte, () => writeMebibytes(response, count - 1));
}

const page = '<h1>502 Bad Gateway</h1> upstream http://10.20.30.40:4001/graphql';
const insides = JSON.stringify({
  errors: [
    {
      message: 'connect ECONNREFUSED 10.20.30.40:5432',
      extensions: { code: 'INTERNAL_SERVER_ERROR', stacktrace: ['at query (/srv/node_modules/pg/client.ts:7)'] },
    },
  ],
});

type Illness = (response: ServerResponse, request: IncomingMessage) => void;

const illnesses: [string, string, Illness][] = [
  ['answers a page', 'UNAVAILABLE', (response) => response.end(page)],
  ['is behind a proxy that answers for it', 'UNAVAILABLE', (response) => response.writeHead(502).end(page)],
  ['answers half a JSON', 'UNAVAILABLE', (response) => response.end('{"data":{"_entities":[{"pic')],
  [
    'breaks off in its answer',
    'UNAVAILABLE',
    (response, request) => {
      response.writeHead(200, { 'content-length': 1_000 }).write('{"data":', () => request.socket.destroy());
    },
  ],
  ['breaks connections', 'UNAVAILABLE', (_response, request) => request.socket.destroy()],
  [
    'answers fewer entities than were asked for',
    'UNAVAILABLE',
    (response) => response.end('{"data":{"_entities":[]}}'),
  ],
  ['does not know the gateway', 'UNAVAILABLE', (response) => response.writeHead(401).end(insides)],
  ['answers 500', 'INTERNAL', (response) => response.writeHead(500).end(insides)],
  ['answers 500 and nothing', 'UNAVAILABLE', (response) => response.writeHead(500).end()],
  ['tells of its insides', 'INTERNAL', (response) => response.end(insides)],
  ['hangs', 'TIMEOUT', () => {}],
  [
    'trickles',
    'TIMEOUT',
    (response) => {
      const trickle = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(trickle));
    },
  ],
];

describe('a subgraph that', () => {
  test.each(illnesses)('%s costs its own fields (%s) and nothing else', async (_what, code, illness) => {
    pictures.misbehave = (request, response) => illness(response, request.resume());
    await expectOnlyPicturesMissing(code);
  });

  test('is overloaded costs its own fields, tells when to come back, and goes on being asked', async () => {
    const refusal = JSON.stringify({
      errors: [{ message: 'Too much. Try again.', extensions: { code: 'OVERLOADED', retryAfterMs: 320 } }],
    });
    pictures.misbehave = (request, response) => {
      request.resume();
      response.writeHead(503, { 'retry-after': '1' }).end(refusal);
    };
    const before = pictures.requests;
    for (let round = 0; round < 20; round++) {
      const { status, data, errors } = await ask(onePerson);
      expect({ status, data }).toEqual({ status: 200, data: { person: { name: 'name of 1', picture: null } } });
      expect(errors).toMatchObject([
        { path: ['person', 'picture'], extensions: { code: 'OVERLOADED', retryAfterMs: 320 } },
      ]);
    }
    // One that is ill would be left alone by now, and one that is asked twice would have even more to do.
    expect(pictures.requests - before).toBe(20);
  });

  test.each([
    ['says so', true],
    ['does not say so', false],
  ])('answers 200 MB and %s costs its own fields, and the gateway no memory', async (_how, says) => {
    await expect(ask(onePerson)).resolves.toMatchObject({ data: wholePerson });
    const before = peakBytes(gateway.pid);
    pictures.misbehave = (request, response) => {
      request.resume();
      if (says) response.writeHead(200, { 'content-length': 200 * mebibyte.length });
      response.write('{"data":{"_entities":[{"picture":"');
      writeMebibytes(response, 200);
    };
    for (let round = 0; round < 3; round++) await expectOnlyPicturesMissing('UNAVAILABLE');
    const grownMebibytes = (peakBytes(gateway.pid) - before) / mebibyte.length;
    process.stdout.write(`six answers of 200 MB, memory grew by ${Math.round(grownMebibytes)} MiB\n`);
    expect(grownMebibytes).toBeLessThan(120);
  });

  test('is dead costs its own fields, and is found again as soon as it is back', async () => {
    const standIn = await startStandIn({ entity: { __typename: 'Person', picture: 'a picture' } });
    const endpoints = { people: people.url, pictures: `${standIn.url}/graphql` };
    const own = await startGateway(composeSmallGraph(endpoints), settings);
    const back = { person: { name: 'name of 1', picture: 'a picture' } };
    try {
      expect(await ask(onePerson, own.url)).toMatchObject({ data: back, errors: [] });
      await standIn.kill();
      for (let round = 0; round < 4; round++) await expectOnlyPicturesMissing('UNAVAILABLE', own.url);
      await standIn.restart();
      expect(await ask(onePerson, own.url)).toMatchObject({ data: back, errors: [] });

      process.kill(standIn.pid, 'SIGSTOP');
      await expectOnlyPicturesMissing('TIMEOUT', own.url);
      // A few more of these, and nobody waits for it any more.
      await Promise.all(Array.from({ length: 5 }, () => ask(onePerson, own.url)));
      const refused = await timed(() => ask(onePerson, own.url));
      expect(refused.result.errors).toMatchObject([
        { path: ['person', 'picture'], extensions: { code: 'UNAVAILABLE' } },
      ]);
      expect(refused.tookMs).toBeLessThan(subgraphTimeoutMs);
      process.kill(standIn.pid, 'SIGCONT');
      await waitFor('it is asked again', async () => (await ask(onePerson, own.url)).errors.length === 0);
    } finally {
      await Promise.all([own.stop('SIGKILL'), standIn.kill()]);
    }
  });
});

test('a change that was sent is never sent again, and a read once more', async () => {
  people.misbehave = (request) => request.socket.destroy();
  const before = people.requests;
  const change = await ask('mutation { rename(id: "1", name: "Asha") { name } }');
  expect(change).toMatchObject({ data: { rename: null } });
  expect(change.errors).toMatchObject([{ path: ['rename'], extensions: { code: 'UNAVAILABLE' } }]);
  expect(people.requests - before).toBe(1);
  const read = await ask(onePerson);
  expect(read.data).toEqual({ person: null });
  expect(people.requests - before).toBe(3);
});

test('what a client waits for no longer is broken off at the subgraph', async () => {
  let held = 0;
  pictures.misbehave = () => {
    held++;
  };
  // Only the client's leaving may end the call, and no limit of time.
  const patient = await startGateway(graph.supergraphSdl);
  const before = pictures.brokenOff;
  const gone = new AbortController();
  const asking = fetch(patient.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: onePerson }),
    signal: gone.signal,
  });
  await waitFor('the subgraph is asked', () => held === 1);
  gone.abort();
  await expect(asking).rejects.toThrow();
  await waitFor('the subgraph learns of it', () => pictures.brokenOff === before + 1, { timeoutMs: 4_000 });
  await patient.stop('SIGKILL');
});
