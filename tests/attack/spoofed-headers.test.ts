import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { send } from '../support/graphql-client.ts';
import { startGateway } from '../support/own-gateway.ts';
import { openConnection, sendRaw } from '../support/raw-http.ts';
import { startSmallGraph } from '../support/small-graph.ts';

const graph = await startSmallGraph();
const gateway = await startGateway(graph.supergraphSdl);
afterAll(async () => {
  await gateway.stop();
  await graph.close();
});
afterEach(() => {
  graph.people.misbehave = undefined;
});

const query = '{ person(id: "1") { name } }';

/** The headers with which a service is asked on behalf of a client that sends these. */
async function passedOn(headers: Record<string, string>): Promise<{ passed: IncomingHttpHeaders; told: Headers }> {
  let passed: IncomingHttpHeaders = {};
  graph.people.misbehave = (request, response) => {
    passed = request.headers;
    response.setHeader('content-type', 'application/json').end('{"data":{"person":{"name":"x"}}}');
  };
  const { data, headers: told } = await send(gateway.url, headers, query);
  expect(data).toEqual({ person: { name: 'x' } });
  return { passed, told };
}

describe('what a client says in headers that are ours counts for nothing', () => {
  test('where it comes from', async () => {
    const { passed } = await passedOn({
      'x-atrium-client-address': '6.6.6.6',
      'x-forwarded-for': '6.6.6.6',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
    });
    expect(JSON.stringify(passed)).not.toContain('6.6.6.6');
    expect(passed['x-atrium-client-address']).toBe('127.0.0.1');
  });

  test('how long it may take', async () => {
    for (const deadline of ['99999999', '50', '-1', '0', 'NaN']) {
      const { passed } = await passedOn({ 'x-atrium-deadline-ms': deadline });
      expect(Number(passed['x-atrium-deadline-ms'])).toBeGreaterThan(100);
      expect(Number(passed['x-atrium-deadline-ms'])).toBeLessThanOrEqual(10_000);
    }
  });

  test('who it is: neither its key nor its cookies reach a service', async () => {
    const { passed } = await passedOn({
      'x-api-key': 'a-secret-key',
      authorization: 'Bearer a-secret-token',
      cookie: 'session=a-secret-session',
      'x-atrium-client': 'somebody-else',
    });
    expect(JSON.stringify(passed)).not.toMatch(/a-secret|somebody-else/);
  });
});

describe('what names a request is passed on only in its form', () => {
  test.each(['{"level":"error"}', 'a b', 'é', 'x'.repeat(65), '../..', '<script>'])('not %s', async (id) => {
    const { passed, told } = await passedOn({ 'x-request-id': Buffer.from(id).toString('latin1') });
    expect(told.get('x-request-id')).toMatch(/^[\w.:-]{1,64}$/);
    expect(told.get('x-request-id')).not.toBe(id);
    expect(passed['x-request-id']).toBe(told.get('x-request-id'));
  });

  test('nor a trace that is none', async () => {
    for (const traceparent of ['x'.repeat(55), `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, '{"a":1}']) {
      const { passed } = await passedOn({ traceparent });
      expect(passed.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/);
      expect(passed.traceparent).not.toBe(traceparent);
    }
  });
});

describe('without a key to show, a request is refused that a page could send by itself', () => {
  const { host } = new URL(gateway.url);
  const body =
    '--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query":"{ __typename }"}\r\n--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{}\r\n--b--\r\n';
  const multipart = (more: string) =>
    sendRaw(
      gateway.url,
      `POST /graphql HTTP/1.1\r\nhost: ${host}\r\ncontent-type: multipart/form-data; boundary=b\r\n${more}content-length: ${body.length}\r\n\r\n${body}`,
    );

  test('a form with a file, unless it says that it asked first', async () => {
    expect(await multipart('')).toMatchObject({
      statuses: [400],
      text: expect.stringContaining('apollo-require-preflight'),
    });
    expect(await multipart('apollo-require-preflight: true\r\n')).toMatchObject({ statuses: [200] });
  });

  test('a link', async () => {
    const address = `${gateway.url}?query={__typename}`;
    expect((await fetch(address)).status).toBe(400);
    expect((await fetch(address, { headers: { 'apollo-require-preflight': 'true' } })).status).toBe(200);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded'])('a form of type %s', async (type) => {
    const plain = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': type },
      body: '{"query":"{ __typename }"}',
    });
    expect(plain.status).toBe(400);
    const asked = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': type, 'apollo-require-preflight': 'true' },
      body: '{"query":"{ __typename }"}',
    });
    expect(asked.status).toBe(415);
  });
});

test('an origin that nobody knows reads nothing, and is not named', async () => {
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'https://studio.apollographql.com.evil.example',
  ]) {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    const asked = await fetch(gateway.url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('what is for developers is shown under this gateway’s own names alone', async () => {
  const { port } = new URL(gateway.url);
  for (const [path, host, allowed] of [
    ['/metrics', `localhost:${port}`, true],
    ['/metrics', 'evil.example', false],
    ['/', `evil.example:${port}`, false],
    ['/graphiql', `localhost.evil.example:${port}`, false],
    ['/graphiql', 'evil.example@localhost', false],
    ['/graphiql', `localhost:${port}`, true],
  ] as const) {
    const connection = await openConnection(gateway.url);
    connection.socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\naccept: text/html\r\nconnection: close\r\n\r\n`);
    const { statuses } = await connection.until(({ closed }) => closed);
    expect({ path, host, allowed: statuses[0] === 200 }).toEqual({ path, host, allowed });
  }
});
