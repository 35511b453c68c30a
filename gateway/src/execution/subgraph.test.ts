import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import {
  createTokenIssuer,
  createTokenVerifier,
  type PrivateJwk,
  type PublicJwks,
  readContext,
} from '@atrium/service-kit';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type FileUpload, Upload } from 'graphql-upload-ts';
import { exportJWK, generateKeyPair } from 'jose';
import { pino } from 'pino';
import type { ExecutionContext, SubgraphFetch } from './execution.ts';
import { openSubgraph, type RemoteSubgraph, type SubgraphOptions } from './subgraph.ts';

const servers: Server[] = [];
const subgraphs: RemoteSubgraph[] = [];
const logged: string[] = [];
const logger = pino({ base: null }, { write: (line: string) => void logged.push(line) });
let signingKey: PrivateJwk;
let publicKeys: PublicJwks;

beforeAll(async () => {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  signingKey = { ...(await exportJWK(privateKey)), kid: 'gateway:test' } as PrivateJwk;
  const { d: _, ...publicKey } = signingKey;
  publicKeys = { keys: [publicKey] } as PublicJwks;
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  await Promise.all(subgraphs.splice(0).map((subgraph) => subgraph.close()));
  logged.length = 0;
});

interface Received {
  request: IncomingMessage;
  body: string;
}

/** A real HTTP server in a subgraph's place; what it received is kept. */
async function serve(answer: RequestListener): Promise<{ endpoint: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    // A client that goes away half-way is no fault here.
    try {
      for await (const chunk of request.setEncoding('latin1')) body += chunk;
    } catch {}
    received.push({ request, body });
    answer(request, response);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, received };
}

const data: RequestListener = (_, response) => response.end('{"data":{"user":{"id":"1"}}}');

function open(endpoint: string, options: Partial<SubgraphOptions> = {}): RemoteSubgraph {
  const trust = { trust: 'signed' as const, issuer: createTokenIssuer(signingKey) };
  const times = { timeoutMs: 2_000, uploadTimeoutMs: 4_000 };
  const subgraph = openSubgraph('profile', [endpoint], { ...trust, ...times, logger, ...options } as SubgraphOptions);
  subgraphs.push(subgraph);
  return subgraph;
}

const client = {
  keyId: 'key-1',
  clientId: 'client-1',
  scopes: new Set(['profile:read']),
  requestsPerMinute: null,
};

function contextOf(about: Partial<ExecutionContext> = {}): ExecutionContext {
  const request = { ...readContext({}, 5_000), clientAddress: '203.0.113.7' };
  return { client, request, signal: new AbortController().signal, ...about };
}

function fetchOf(about: Partial<SubgraphFetch> = {}): SubgraphFetch {
  return { body: '{"query":"{user{id}}"}', entityCount: undefined, isRead: true, uploads: undefined, ...about };
}

test('a fetch is sent as it is, with the word of the gateway on who asks, and its answer read', async () => {
  const { endpoint, received } = await serve(data);
  const context = contextOf();
  expect(await open(endpoint).fetch(fetchOf(), context)).toMatchObject({ data: { user: { id: '1' } }, errors: [] });
  const [{ request, body } = { request: undefined, body: '' }] = received;
  expect(body).toBe('{"query":"{user{id}}"}');
  const { requestId, traceparent } = context.request;
  expect(request).toMatchObject({
    method: 'POST',
    url: '/graphql',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-request-id': requestId,
      traceparent,
      'x-atrium-client-address': '203.0.113.7',
    },
  });
  expect(Number(request?.headers['x-atrium-deadline-ms'])).toBeLessThanOrEqual(2_000);
  const caller = await createTokenVerifier(publicKeys, 'profile')(request?.headers.authorization);
  expect(caller).toEqual({ kind: 'client', clientId: 'client-1', scopes: client.scopes });
});

test('each client has a token of its own', async () => {
  const { endpoint, received } = await serve(data);
  const subgraph = open(endpoint);
  const other = { ...client, clientId: 'client-2' };
  for (const asking of [client, other, client]) await subgraph.fetch(fetchOf(), contextOf({ client: asking }));
  const tokens = received.map(({ request }) => request.headers.authorization);
  expect([tokens[0] === tokens[1], tokens[0] === tokens[2]]).toEqual([false, true]);
});

test('a new token of a client takes the place of the old one', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask', 'performance'] });
  try {
    const { endpoint, received } = await serve(data);
    const subgraph = open(endpoint);
    await subgraph.fetch(fetchOf(), contextOf());
    jest.setSystemTime(Date.now() + 58_000);
    await subgraph.fetch(fetchOf(), contextOf());
    const [first, second] = received.map(({ request }) => request.headers.authorization);
    expect(second).toMatch(/^Bearer /);
    expect(second).not.toBe(first);
  } finally {
    jest.useRealTimers();
  }
});

test.each([
  ['a read', true, 2],
  ['a change', false, 1],
])('%s whose connection breaks reaches the subgraph as often as it may', async (_what, isRead, times) => {
  const { endpoint, received } = await serve((request) => request.socket.destroy());
  const answered = await open(endpoint).fetch(fetchOf({ isRead }), contextOf());
  expect(answered).toMatchObject({ errors: [{ code: 'UNAVAILABLE' }] });
  expect(received.length).toBe(times);
});

test('a foreign subgraph is asked at its address, and sent no token', async () => {
  const { endpoint, received } = await serve(data);
  await open(endpoint.replace('/graphql', '/any/path?x=1'), { trust: 'none' }).fetch(fetchOf(), contextOf());
  const { url, headers } = received[0]?.request ?? {};
  expect([url, headers?.authorization]).toEqual(['/any/path?x=1', undefined]);
});

describe('a subgraph that', () => {
  const mebibyte = Buffer.alloc(1024 * 1024, ' ');
  const text = (body: string, status: number): RequestListener => {
    return (_, response) => response.writeHead(status, { 'content-type': 'text/html' }).end(body);
  };

  test.each<[string, RequestListener, string]>([
    ['answers a page', text('<h1>at 10.0.0.7:4001</h1>', 200), 'UNAVAILABLE'],
    ['answers the page of a proxy', text('<h1>502 of 10.0.0.7:4001</h1>', 502), 'UNAVAILABLE'],
    ['answers half a JSON', text('{"data":{"user":{"id"', 200), 'UNAVAILABLE'],
    ['answers nothing', text('', 500), 'UNAVAILABLE'],
    ['does not know us', text('{"errors":[{"message":"Send a valid API key"}]}', 401), 'UNAVAILABLE'],
    [
      'answers without end',
      (_, response) => {
        const more = () => response.destroyed || response.write(mebibyte, more);
        more();
      },
      'UNAVAILABLE',
    ],
    ['breaks off', (request) => request.socket.destroy(), 'UNAVAILABLE'],
    ['hangs', () => {}, 'TIMEOUT'],
    ['tells of its insides', text('{"errors":[{"message":"connect ECONNREFUSED 10.0.0.7"}]}', 200), 'INTERNAL'],
  ])('%s is one error about the whole fetch that says nothing of it', async (_case, answer, code) => {
    const { endpoint } = await serve(answer);
    // Only what hangs shall meet the time; to read an endless answer up to its bound takes a busy machine a while.
    const timeoutMs = code === 'TIMEOUT' ? 300 : 10_000;
    const answered = await open(endpoint, { timeoutMs }).fetch(fetchOf(), contextOf());
    expect(answered).toMatchObject({ errors: [{ code, path: undefined }] });
    expect(answered.data ?? undefined).toBeUndefined();
    expect(answered.errors[0]?.message).not.toMatch(/10\.0|127\.0|ECONN|valid API key|h1/);
  });

  test('is dead is told as UNAVAILABLE, and the log says why without its address', async () => {
    const answered = await open('http://127.0.0.1:9/graphql').fetch(fetchOf(), contextOf());
    expect(answered).toMatchObject({ data: undefined, errors: [{ code: 'UNAVAILABLE' }] });
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      { subgraph: 'profile', code: 'UNAVAILABLE', cause: expect.anything() },
    ]);
    expect(logged.join()).not.toContain('127.0.0.1');
  });

  test('answers fewer entities than were asked for has answered nothing', async () => {
    const { endpoint } = await serve((_, response) => response.end('{"data":{"_entities":[null]}}'));
    const answered = await open(endpoint).fetch(fetchOf({ entityCount: 2 }), contextOf());
    expect(answered).toMatchObject({ data: undefined, errors: [{ code: 'UNAVAILABLE' }] });
  });

  test('answers with errors of single fields keeps its data', async () => {
    const errors = [{ message: 'Not now.', path: ['user', 0, 'name'], extensions: { code: 'OVERLOADED' } }];
    const { endpoint } = await serve((_, response) => response.end(JSON.stringify({ data: { user: [{}] }, errors })));
    expect(await open(endpoint).fetch(fetchOf(), contextOf())).toMatchObject({
      data: { user: [{}] },
      errors: [{ code: 'OVERLOADED', message: 'Not now.', path: ['user', 0, 'name'] }],
    });
  });
});

test('what fails on our side is INTERNAL, and never a rejection', async () => {
  const { endpoint } = await serve(data);
  const issuer = createTokenIssuer({ ...signingKey, d: 'no key' });
  const answered = await open(endpoint, { trust: 'signed', issuer }).fetch(fetchOf(), contextOf());
  expect(answered).toMatchObject({ data: undefined, errors: [{ code: 'INTERNAL' }] });
});

test('a subgraph that was ill is asked the least that GraphQL knows, without a token, until it answers', async () => {
  const { endpoint, received } = await serve((_, response) => {
    response.writeHead(received.length < 3 ? 500 : 401).end();
  });
  const subgraph = open(endpoint, { pool: { breakerFailures: 1, breakerProbeMs: 10 } });
  await subgraph.fetch(fetchOf(), contextOf());
  await waitUntil(() => subgraph.states()[0]?.breaker === 'closed');
  const probes = received
    .slice(1)
    .map(({ request: { method, url, headers }, body }) => [method, url, headers.authorization, body]);
  const probe = ['POST', '/graphql', undefined, '{"query":"{__typename}"}'];
  expect(probes).toEqual([probe, probe]);
});

describe('when the client goes away', () => {
  test('a read is given up, and the subgraph learns of it', async () => {
    const { endpoint, received } = await serve(() => {});
    const gone = new AbortController();
    // Nothing else ends this call before the test's own time is over.
    const context = contextOf({ signal: gone.signal, request: readContext({}, 60_000) });
    const fetching = open(endpoint, { timeoutMs: 60_000 }).fetch(fetchOf(), context);
    await waitUntil(() => received.length === 1);
    gone.abort();
    expect(await fetching).toMatchObject({ errors: [{ code: 'UNAVAILABLE' }] });
    await waitUntil(() => received[0]?.request.socket.destroyed === true);
    expect(logged).toEqual([]);
  });

  test('a change is finished', async () => {
    let answer = () => {};
    const { endpoint, received } = await serve((request, response) => {
      answer = () => data(request, response);
    });
    const gone = new AbortController();
    const fetching = open(endpoint).fetch(fetchOf({ isRead: false }), contextOf({ signal: gone.signal }));
    await waitUntil(() => received.length === 1);
    gone.abort();
    answer();
    expect(await fetching).toMatchObject({ data: { user: { id: '1' } }, errors: [] });
  });
});

describe('files', () => {
  function fileOf(createReadStream: () => Readable): Upload {
    const upload = new Upload();
    const file = { filename: 'a "b".png', mimetype: 'image/png', encoding: '7bit', createReadStream };
    upload.resolve(file as unknown as FileUpload);
    return upload;
  }
  const operations = '{"query":"mutation($file:Upload){x(file:$file)}","variables":{"file":null}}';

  test('follow the request, each once with all its places', async () => {
    const { endpoint, received } = await serve(data);
    const uploads = new Map([
      [fileOf(() => Readable.from([Buffer.from('first '), Buffer.from('file')])), ['variables.file', 'variables.same']],
      [fileOf(() => Readable.from([Buffer.from('second')])), ['variables.other']],
    ]);
    const fetch = fetchOf({ body: operations, isRead: false, uploads });
    expect(await open(endpoint).fetch(fetch, contextOf())).toMatchObject({ errors: [] });
    const { request, body = '' } = received[0] ?? {};
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(request?.headers['content-type'] ?? '')?.[1];
    const parts = body.split(`--${boundary}`).map((part) => part.trim());
    expect(parts).toEqual([
      '',
      `content-disposition: form-data; name="operations"\r\n\r\n${operations}`,
      'content-disposition: form-data; name="map"\r\n\r\n{"0":["variables.file","variables.same"],"1":["variables.other"]}',
      'content-disposition: form-data; name="0"; filename="a %22b%22.png"\r\ncontent-type: image/png\r\n\r\nfirst file',
      'content-disposition: form-data; name="1"; filename="a %22b%22.png"\r\ncontent-type: image/png\r\n\r\nsecond',
      '--',
    ]);
    expect(request?.headers.authorization).toMatch(/^Bearer /);
  });

  test('that break off are told as what is wrong with them, and are no sign of the subgraph being ill', async () => {
    const { endpoint } = await serve(data);
    const subgraph = open(endpoint, { pool: { breakerFailures: 1 } });
    const broken = fileOf(() =>
      Readable.from(
        (async function* () {
          yield Buffer.from('half');
          throw Object.assign(new Error('File truncated as it exceeds the byte limit.'), { status: 413 });
        })(),
      ),
    );
    const uploads = new Map([[broken, ['variables.file']]]);
    const fetch = fetchOf({ body: operations, isRead: false, uploads });
    expect(await subgraph.fetch(fetch, contextOf())).toMatchObject({ errors: [{ code: 'PAYLOAD_TOO_LARGE' }] });
    expect(subgraph.states()).toEqual([{ instance: 0, breaker: 'closed', inFlight: 0 }]);
    expect(logged).toEqual([]);
  });
});
