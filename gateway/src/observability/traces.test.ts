import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServicePool, readContext, ServiceUnavailable } from '@atrium/service-kit';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { ExecutionContext, Subgraph } from '../execution/execution.ts';
import { readAnswer, SubgraphError } from '../execution/subgraph-answer.ts';
import { createMetrics } from './metrics.ts';
import { observeSubgraph } from './observe-subgraph.ts';
import { createTraces } from './traces.ts';

interface SentSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: { stringValue?: string } }[];
  status: { code?: number };
}
type Sent = {
  resourceSpans: { resource: { attributes: object[] }; scopeSpans: { spans: SentSpan[] }[] }[];
};

/** What was sent during one test, and who it said that it is from during all of them. */
let collected: Sent[] = [];
const resources: object[] = [];
let collectorStatus = 200;
let lastHeaders: IncomingHttpHeaders = {};
const collector = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const sent = JSON.parse(Buffer.concat(chunks).toString()) as Sent;
  if (request.url === '/v1/traces') collected.push(sent);
  resources.push(...sent.resourceSpans.map(({ resource }) => resource.attributes));
  response.writeHead(collectorStatus, { 'content-type': 'application/json' }).end('{}');
});
const service = createServer((request, response) => {
  lastHeaders = request.headers;
  request.resume();
  response.end('{"data":{"user":null}}');
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const spans = () =>
  collected.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
const attributesOf = (span?: SentSpan) =>
  Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, value.stringValue]));

// Every connection that this process opens is noted, so that nothing can be told to anybody else unseen.
const reached = new Set<number | undefined>();
channel('net.client.socket').subscribe((message) => {
  const { socket } = message as { socket: Socket };
  socket.once('connect', () => reached.add(socket.remotePort));
});

beforeAll(async () => {
  for (const server of [collector, service]) await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  for (const server of [collector, service]) server.close().closeAllConnections();
});
beforeEach(() => {
  collected = [];
  collectorStatus = 200;
});

const open = (logger = pino({ level: 'silent' })) =>
  createTraces({ endpoint: `http://127.0.0.1:${portOf(collector)}`, logger, batchMs: 20 });

/** A subgraph over real HTTP. */
function subgraphAt(path: string): Subgraph & { close(): Promise<void> } {
  const pool = createServicePool('profile', `http://127.0.0.1:${portOf(service)}`);
  return {
    async fetch({ body, entityCount }, { request }) {
      const response = await pool.post({ path, headers: [], body, context: request, timeoutMs: 1_000, isRead: true });
      return readAnswer('profile', response, entityCount);
    },
    close: () => pool.close(),
  };
}

const fetch = { body: '{"query":"{ user { id } }"}', entityCount: undefined, isRead: true, uploads: undefined };
const client = { keyId: 'k', clientId: 'c', scopes: new Set<string>(), requestsPerMinute: null };
const executionContext = (request: ExecutionContext['request']): ExecutionContext => ({
  client,
  request,
  signal: new AbortController().signal,
});

test('a request is a span of its caller’s trace, and each fetch a span of the request, named in the call itself', async () => {
  const traces = await open();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const context = readContext({ traceparent, 'x-request-id': 'r-1' }, 1_000);
  const subgraph = subgraphAt('/graphql');

  const span = traces.request(context, traceparent);
  span.describe('query', 'User');
  const observed = observeSubgraph('profile', subgraph, { metrics: createMetrics(), traces });
  const answer = await observed.fetch(fetch, executionContext(span.context));
  span.end('ok');
  await traces.close(2_000);
  await subgraph.close();

  expect(answer.data).toEqual({ user: null });
  const [request] = spans().filter(({ name }) => name === 'query');
  const [call] = spans().filter(({ name }) => name === 'fetch profile');
  expect(request).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: 'b7ad6b7169203331',
    kind: 2,
    status: { code: 0 },
  });
  expect(attributesOf(request)).toEqual({
    'atrium.request_id': 'r-1',
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'User',
  });
  expect(call).toMatchObject({ traceId: request?.traceId, parentSpanId: request?.spanId, kind: 3 });
  expect(lastHeaders.traceparent).toBe(`00-${call?.traceId}-${call?.spanId}-01`);
  expect(span.context.traceparent).toBe(`00-${request?.traceId}-${request?.spanId}-01`);
});

test('a request without a trace begins one, whose name is the log’s and the subgraph’s too', async () => {
  const traces = await open();
  const span = traces.request(readContext({}, 1_000), undefined);
  span.end('ok');
  await traces.close(2_000);
  const [request] = spans();
  expect(request?.parentSpanId ?? '').toBe('');
  expect(span.context.traceparent).toBe(`00-${request?.traceId}-${request?.spanId}-01`);
});

test('a malformed traceparent is as none, and a caller that does not record is followed', async () => {
  const traces = await open();
  const malformed = '00-00000000000000000000000000000000-b7ad6b7169203331-01';
  traces.request(readContext({ traceparent: malformed }, 1_000), malformed).end('ok');
  const unsampled = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  const span = traces.request(readContext({ traceparent: unsampled }, 1_000), unsampled);
  span.end('ok');
  await traces.close(2_000);
  expect(spans()).toHaveLength(1);
  expect(spans()[0]?.traceId).not.toMatch(/^0+$/);
  expect(span.context.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-00$/);
});

test('what went wrong is told by its code alone; only our own faults make a span one of error', async () => {
  const traces = await open();
  for (const outcome of ['BAD_USER_INPUT', 'UNAVAILABLE'] as const) {
    traces.request(readContext({}, 1_000), undefined).end(outcome);
  }
  await traces.close(2_000);
  const told = spans().map((span) => [attributesOf(span)['error.type'], span.status.code]);
  expect(told).toEqual([
    ['BAD_USER_INPUT', 0],
    ['UNAVAILABLE', 2],
  ]);
});

test('a fetch that fails ends its span with the code', async () => {
  const traces = await open();
  const subgraph = subgraphAt('/graphql');
  const failing: Subgraph = {
    fetch: async (...args) => {
      await subgraph.fetch(...args);
      return { data: null, errors: [new SubgraphError(new ServiceUnavailable('profile'), undefined)] };
    },
  };
  const metrics = createMetrics();
  const observed = observeSubgraph('profile', failing, { metrics, traces });
  await observed.fetch(fetch, executionContext(readContext({}, 1_000)));
  await traces.close(2_000);
  await subgraph.close();
  expect(attributesOf(spans()[0])).toEqual({ 'peer.service': 'profile', 'error.type': 'UNAVAILABLE' });
  expect(await metrics.registry.metrics()).toContain(
    'duration_seconds_count{service="profile",outcome="UNAVAILABLE"} 1',
  );
});

test('a collector that refuses is told in the log, and one that hangs does not hold the end', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  collectorStatus = 400;
  const traces = await open(logger);
  traces.request(readContext({}, 1_000), undefined).end('ok');
  await waitUntil(() => lines.length > 0);
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ msg: 'traces not delivered', spans: 1 });
  expect(lines[0]).not.toContain('127.0.0.1');

  const hanging = createServer(() => {});
  await once(hanging.listen(0, '127.0.0.1'), 'listening');
  const stuck = await createTraces({ endpoint: `http://127.0.0.1:${portOf(hanging)}`, logger });
  stuck.request(readContext({}, 1_000), undefined).end('ok');
  const start = performance.now();
  await stuck.close(100);
  expect(performance.now() - start).toBeLessThan(2_000);
  reached.delete(portOf(hanging));
  hanging.close().closeAllConnections();
});

test('the collector learns the name of the service and nothing of its machine, and nobody else learns anything', () => {
  expect(resources.length).toBeGreaterThan(4);
  for (const attributes of resources) {
    expect(attributes).toEqual([{ key: 'service.name', value: { stringValue: 'atrium-gateway' } }]);
  }
  expect([...reached].sort()).toEqual([portOf(collector), portOf(service)].sort());
});
