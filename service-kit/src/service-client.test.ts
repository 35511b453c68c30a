import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { describeError } from './errors.ts';
import { backgroundContext } from './request-context.ts';
import { createServiceClient } from './service-client.ts';

const issuer = { clientToken: async () => 'client', serviceToken: async (audience: string) => `for-${audience}` };
const servers: Server[] = [];

async function listen(handle: RequestListener): Promise<string> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function ask(url: string, timeoutMs = 1_000): Promise<unknown> {
  const client = createServiceClient('image', url, issuer);
  try {
    const context = backgroundContext(5_000);
    return await client.execute({ query: '{ a }', variables: {}, context, timeoutMs });
  } finally {
    await client.close();
  }
}

test('a call carries the service token, the request id and the time that is left', async () => {
  let headers: Record<string, unknown> = {};
  const url = await listen((request, response) => {
    headers = request.headers;
    response.end('{"data":{"a":1}}');
  });
  expect(await ask(url)).toEqual({ a: 1 });
  expect(headers).toMatchObject({ authorization: 'Bearer for-image', 'content-type': 'application/json' });
  expect(Number(headers['x-atrium-deadline-ms'])).toBeLessThanOrEqual(1_000);
  expect(headers['x-request-id']).toMatch(/^[\w-]{36}$/);
});

test.each<[string, RequestListener]>([
  ['an HTML page', (_, response) => response.end('<html></html>')],
  ['half a JSON', (_, response) => response.end('{"data":{"a"')],
  ['a failure', (_, response) => response.writeHead(500).end('{"errors":[{"message":"at 10.0.0.1"}]}')],
  ['a broken connection', (request) => request.socket.destroy()],
  ['more than can be held', (_, response) => response.end(`{"data":"${'x'.repeat(17 * 1024 * 1024)}"}`)],
])('%s counts as no answer, and the error names no address', async (_case, handle) => {
  const url = await listen(handle);
  await expect(ask(url)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.not.stringMatching(/127|10\.0/),
  });
});

test('a service that does not answer in time is given up', async () => {
  const url = await listen(() => {});
  await expect(ask(url, 50)).rejects.toMatchObject({ code: 'TIMEOUT' });
});

test('nobody at the address is told as UNAVAILABLE, and as no refusal', async () => {
  await expect(ask('http://127.0.0.1:9')).rejects.toMatchObject({ code: 'UNAVAILABLE', refused: false });
});

test.each<[string, number, string, string]>([
  ['FORBIDDEN', 200, '{"data":null,"errors":[{"message":"No.","extensions":{"code":"FORBIDDEN"}}]}', 'FORBIDDEN'],
  ['INTERNAL beside data', 200, '{"data":{"a":1},"errors":[{"extensions":{"code":"INTERNAL"}}]}', 'INTERNAL'],
  ['a page of a proxy', 502, '<html>asha@example.com</html>', 'HTTP 502'],
  ['words of its own', 200, '{"errors":[{"extensions":{"code":"asha@example.com"}}]}', 'HTTP 200'],
])('a refusal with %s is told as UNAVAILABLE, and the log learns its code', async (_case, status, body, code) => {
  const url = await listen((_, response) => response.writeHead(status).end(body));
  const refusal = await ask(url).catch((error) => error);
  expect(refusal).toMatchObject({ code: 'UNAVAILABLE', refused: true });
  expect(describeError(refusal)).toMatchObject({ cause: { name: 'UnusableAnswer', code } });
});

test('a service that is overloaded has refused nothing of the call itself, and is asked again when it says', async () => {
  const body = '{"errors":[{"message":"Later.","extensions":{"code":"OVERLOADED","retryAfterMs":320}}]}';
  const url = await listen((_, response) => response.writeHead(503).end(body));
  await expect(ask(url)).rejects.toMatchObject({ code: 'UNAVAILABLE', refused: false, retryAfterMs: 320 });
});

test('a call says which client it is made for', async () => {
  let headers: Record<string, unknown> = {};
  const url = await listen((request, response) => {
    headers = request.headers;
    response.end('{"data":{"a":1}}');
  });
  const client = createServiceClient('image', url, issuer);
  const context = { ...backgroundContext(5_000), clientId: 'client-1' };
  await client.execute({ query: '{ a }', variables: {}, context, timeoutMs: 1_000 });
  await client.close();
  expect(headers).toMatchObject({ 'x-atrium-client-id': 'client-1' });
});

test.each([
  ['a query', '# Asks.\nquery A { a }', 2],
  ['a mutation', '# Changes, as no query does.\nmutation A { a }', 1],
])('%s whose connection breaks reaches the service as often as it may', async (_case, query, times) => {
  let requests = 0;
  const url = await listen((request) => {
    requests++;
    request.socket.destroy();
  });
  const client = createServiceClient('image', url, issuer);
  const asking = client.execute({ query, variables: {}, context: backgroundContext(5_000), timeoutMs: 1_000 });
  await expect(asking).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await client.close();
  expect(requests).toBe(times);
});

test('every address of a service is asked', async () => {
  const asked: string[] = [];
  const answering = (name: string) =>
    listen((_, response) => {
      asked.push(name);
      response.end('{"data":{"a":1}}');
    });
  const client = createServiceClient('image', [await answering('first'), await answering('second')], issuer);
  const operation = { query: '{ a }', variables: {}, context: backgroundContext(5_000), timeoutMs: 1_000 };
  await client.execute(operation);
  await client.execute(operation);
  await client.close();
  expect(asked).toEqual(['first', 'second']);
});
