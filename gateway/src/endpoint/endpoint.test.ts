import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createKey } from '../testing/key.ts';
import { type RunningGateway, startTestGateway } from '../testing/running-gateway.ts';

let gateway: RunningGateway;
let writer: string;
let nobody: string;

beforeAll(async () => {
  gateway = await startTestGateway({
    BODIES_MAX_BYTES: String(1024 * 1024),
    COMPRESS_FROM_BYTES: '256',
    CHARGED_LISTS: 'tag.names',
  });
  const [writing, none] = await Promise.all([
    createKey(gateway.store, { scopes: ['profile:read', 'image:write'] }),
    createKey(gateway.store),
  ]);
  writer = writing.key;
  nobody = none.key;
});

beforeEach(() => {
  for (const subgraph of Object.values(gateway.subgraphs)) subgraph.lastHeaders = {};
});

afterAll(() => gateway.close());

/** Begins a POST to the graph, whose body is still to be sent. */
function begin(headers: Record<string, string | number>): { sent: ClientRequest; answer: Promise<Received> } {
  const sent = httpRequest(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'x-api-key': writer, 'content-type': 'application/json', ...headers },
  });
  const answer = new Promise<Received>((resolve, reject) => {
    sent.once('error', reject).once('response', async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ response, body: Buffer.concat(chunks) });
    });
  });
  return { sent, answer };
}

interface Received {
  response: IncomingMessage;
  body: Buffer;
}

describe('an answer', () => {
  const query = `{ ${Array.from({ length: 10 }, (_, index) => `u${index}: user(id: "${index}") { id name }`).join(' ')} }`;

  test('of some length is compressed for those who accept that', async () => {
    const ask = (acceptEncoding: string) => {
      const { sent, answer } = begin({ 'accept-encoding': acceptEncoding });
      sent.end(JSON.stringify({ query }));
      return answer;
    };
    const [plain, refusing, compressed] = await Promise.all([ask('identity'), ask('gzip;q=0'), ask('br, gzip')]);
    expect(plain?.response.headers['content-encoding']).toBeUndefined();
    expect(refusing?.response.headers['content-encoding']).toBeUndefined();
    expect(compressed?.response.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(compressed?.body.length).toBeLessThan(plain?.body.length ?? 0);
    expect(gunzipSync(compressed?.body ?? '').toString()).toBe(plain?.body.toString());
  });

  test('that is short is not', async () => {
    const { sent, answer } = begin({ 'accept-encoding': 'gzip' });
    sent.end('{"query":"{ __typename }"}');
    expect((await answer).response.headers['content-encoding']).toBeUndefined();
  });
});

test('bodies under way share their memory: what has no room is OVERLOADED, until another is answered', async () => {
  const body = JSON.stringify({ query: '{ __typename }', variables: { padding: 'x'.repeat(600_000) } });
  const first = begin({ 'content-length': body.length });
  await new Promise((resolve) => first.sent.write(body.slice(0, 10), resolve));
  // The gateway has the beginning of that for certain once it has answered a later request.
  expect(await gateway.ask(writer, { query: '{ __typename }' })).toMatchObject({ status: 200 });
  const refused = begin({ 'content-length': body.length });
  refused.sent.flushHeaders();
  const { response, body: told } = await refused.answer;
  refused.sent.destroy();
  expect(response).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
  expect(JSON.parse(told.toString()).errors).toMatchObject([
    { extensions: { code: 'OVERLOADED', retryAfterMs: 1_000 } },
  ]);
  first.sent.end(body.slice(10));
  expect((await first.answer).response.statusCode).toBe(200);
  const third = begin({ 'content-length': body.length });
  third.sent.end(body);
  expect((await third.answer).response.statusCode).toBe(200);
});

describe('what a key has no scope for', () => {
  test('is null with an error, and is asked of nobody', async () => {
    const answer = await gateway.ask(nobody, { query: '{ user(id: "1") { name } }' });
    expect(answer).toMatchObject({
      status: 200,
      data: { user: null },
      errors: [{ path: ['user'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
    });
    expect(gateway.subgraphs.profile.lastHeaders).toEqual({});
  });

  test('refuses a mutation whole, before anything of it runs', async () => {
    const answer = await gateway.ask(nobody, {
      query: 'mutation { tag(names: ["a"]) uploadImage(input: {}) { sha256 } }',
    });
    expect(answer).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(gateway.subgraphs.image.lastHeaders).toEqual({});
  });
});

test('a batch counts as many requests as it holds, however its list comes', async () => {
  const { key } = await createKey(gateway.store, { requestsPerMinute: 10 });
  const tag = (names: string[]) =>
    gateway.ask(key, { query: 'mutation($names: [String!]!) { tag(names: $names) }', variables: { names } });
  const left = async () => {
    const { sent, answer } = begin({ 'x-api-key': key });
    sent.end('{"query":"{ __typename }"}');
    return (await answer).response.headers.ratelimit;
  };
  expect(await tag(['a', 'b', 'c', 'd'])).toMatchObject({ status: 200, data: { tag: 4 } });
  expect(await left()).toMatch(/^"key";r=5;/);
  expect(await gateway.ask(key, { query: 'mutation { tag(names: ["a", "b"]) }' })).toMatchObject({ data: { tag: 2 } });
  gateway.subgraphs.image.lastHeaders = {};
  expect(await tag(['a', 'b', 'c', 'd', 'e'])).toMatchObject({
    status: 429,
    errors: [{ extensions: { code: 'RATE_LIMITED' } }],
  });
  expect(gateway.subgraphs.image.lastHeaders).toEqual({});
});

test('a limit that several gateways share refuses as well', async () => {
  const shared = await startTestGateway({ RATE_LIMIT_STORE: 'postgresql' });
  const { key } = await createKey(shared.store, { requestsPerMinute: 2 });
  const statuses = [];
  for (let turn = 0; turn < 3; turn++) statuses.push((await shared.ask(key, { query: '{ __typename }' })).status);
  await shared.close();
  expect(statuses).toEqual([200, 200, 429]);
});

test('each limit that was met is counted by its name', async () => {
  const met = async (limit: string) => {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(new RegExp(`limits_met_total\\{limit="${limit}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0);
  };
  const [body, bodies, aliases] = [await met('body'), await met('bodies'), await met('aliases')];
  const tooMuch = begin({ 'x-api-key': nobody, 'content-length': 300_000 });
  tooMuch.sent.flushHeaders();
  expect((await tooMuch.answer).response.statusCode).toBe(413);
  tooMuch.sent.destroy();
  const noRoom = begin({ 'content-length': 2 * 1024 * 1024 });
  noRoom.sent.flushHeaders();
  expect((await noRoom.answer).response.statusCode).toBe(503);
  noRoom.sent.destroy();
  const query = `{ ${Array.from({ length: 20 }, (_, index) => `a${index}: __typename`).join(' ')} }`;
  expect((await gateway.ask(writer, { query })).status).toBe(400);
  expect([await met('body'), await met('bodies'), await met('aliases')]).toEqual([body + 1, bodies + 1, aliases + 1]);
});
