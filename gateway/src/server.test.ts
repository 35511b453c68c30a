import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createKey } from './testing/key.ts';
import { type Answer, type RunningGateway, startTestGateway } from './testing/running-gateway.ts';

let gateway: RunningGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway({ SUBGRAPH_TIMEOUT_MS: '300', CORS_ORIGINS: 'https://app.example' });
  ({ key } = await createKey(gateway.store, { scopes: ['profile:read', 'image:write'] }));
});

afterEach(() => {
  for (const subgraph of Object.values(gateway.subgraphs)) subgraph.misbehave = undefined;
});

afterAll(() => gateway.close());

const everything = { query: '{ user(id: "1") { id name avatar pictures messages } }' };

describe('a query over three services', () => {
  test('is answered by all of them, each told who asks, for whom and how long', async () => {
    const answer = await gateway.ask(key, everything, {
      'x-request-id': 'my-request',
      'x-atrium-client-address': '6.6.6.6',
    });
    expect(answer.data).toEqual({
      user: { id: '1', name: 'Asha', avatar: 'face.png', pictures: [], messages: ['Hello'] },
    });
    const { lastHeaders } = gateway.subgraphs.image;
    expect(lastHeaders).toMatchObject({ 'x-request-id': 'my-request', 'x-atrium-client-address': '127.0.0.1' });
    expect(Number(lastHeaders['x-atrium-deadline-ms'])).toBeLessThanOrEqual(300);
  });

  test.each<[string, string, (reply: import('fastify').FastifyReply) => unknown]>([
    ['is dead', 'UNAVAILABLE', (reply) => reply.raw.destroy()],
    ['is slow', 'TIMEOUT', () => new Promise(() => {})],
    ['answers with HTML', 'UNAVAILABLE', (reply) => reply.status(500).type('text/html').send('<h1>10.1.2.3</h1>')],
    ['breaks off', 'UNAVAILABLE', (reply) => reply.type('application/json').send('{"data":{"_ent')],
    ['does not trust the gateway', 'UNAVAILABLE', (reply) => reply.status(401).send({ errors: [] })],
    ['speaks of something else', 'UNAVAILABLE', (reply) => reply.send({ data: { other: 1 } })],
  ])('loses only the fields of a service that %s', async (_case, code, misbehave) => {
    gateway.subgraphs.image.misbehave = misbehave;
    const answer = await gateway.ask(key, everything);
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({ user: { id: '1', name: 'Asha', avatar: null, pictures: null, messages: ['Hello'] } });
    expect(answer.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['user', 'avatar'], code],
      [['user', 'pictures'], code],
    ]);
    expect(answer.errors?.every(({ extensions }) => extensions.requestId !== '')).toBe(true);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|10\.1\.2\.3|ECONN|serviceName|at .*\.ts/);
  });

  test('has an error at each entity of a list', async () => {
    gateway.subgraphs.messaging.misbehave = (reply) => reply.raw.destroy();
    const answer = await gateway.ask(key, { query: '{ users { id messages } }' });
    expect(answer.data).toEqual({
      users: [
        { id: '1', messages: null },
        { id: '2', messages: null },
      ],
    });
    expect(answer.errors?.map(({ path }) => path)).toEqual([
      ['users', 0, 'messages'],
      ['users', 1, 'messages'],
    ]);
  });

  test('tells nothing of an error that nobody marked as public', async () => {
    const answer = await gateway.ask(key, { query: '{ user(id: "1") { id fault } }' });
    expect(answer.data).toEqual({ user: { id: '1', fault: null } });
    expect(answer.errors).toEqual([
      {
        message: expect.stringContaining('report the request id'),
        path: ['user', 'fault'],
        extensions: { code: 'INTERNAL', requestId: expect.any(String) },
      },
    ]);
  });
});

describe('a request', () => {
  const post = (headers: Record<string, string>, body: string | undefined = '{"query":"{__typename}"}') =>
    fetch(`${gateway.url}/graphql`, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });
  const json = { 'content-type': 'application/json' };

  test('without a valid key gets one identical answer, but for its id', async () => {
    const wrong = [{}, { 'x-api-key': 'x' }, { 'x-api-key': `${key}x` }, { authorization: 'Bearer x' }];
    const answers = await Promise.all(
      wrong.map(async (headers) => {
        const response = await post({ ...json, ...(headers as Record<string, string>) });
        return `${response.status} ${(await response.text()).replace(/"requestId":"[^"]+"/, '')}`;
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^401 .*UNAUTHENTICATED/);
  });

  test.each<[string, Record<string, string>, string | undefined, number, string]>([
    ['that is no JSON', json, '{bad', 400, 'BAD_REQUEST'],
    ['that is a batch', json, '[{"query":"{__typename}"}]', 400, 'BAD_REQUEST'],
    ['without a query', json, '{}', 400, 'BAD_REQUEST'],
    ['without a body', json, undefined, 400, 'BAD_REQUEST'],
    ['of another type', { 'content-type': 'text/plain' }, '{}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['that does not parse', json, '{"query":"{"}', 400, 'GRAPHQL_PARSE_FAILED'],
    ['for a misspelt field', json, '{"query":"{ user(id: 1) { nmae } }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['for _service', json, '{"query":"{ _service { sdl } }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['with a missing variable', json, '{"query":"query($i:ID!){user(id:$i){id}}"}', 400, 'BAD_USER_INPUT'],
    ['to subscribe', json, '{"query":"subscription { x }"}', 400, 'OPERATION_NOT_ALLOWED'],
    [
      'for an operation that is not there',
      json,
      '{"query":"query A{__typename}","operationName":"B"}',
      400,
      'BAD_REQUEST',
    ],
    [
      'nested without end',
      json,
      `{"query":"{__typename}","variables":{"a":${'['.repeat(5e4)}${']'.repeat(5e4)}}}`,
      400,
      'BAD_REQUEST',
    ],
    [
      'with a document too long',
      json,
      JSON.stringify({ query: `{${' __typename'.repeat(5_000)}}` }),
      400,
      'QUERY_TOO_COMPLEX',
    ],
    ['as GET without a query', { method: 'GET' }, undefined, 400, 'BAD_REQUEST'],
    ['to delete', { method: 'DELETE' }, undefined, 405, 'METHOD_NOT_ALLOWED'],
  ])('%s gets a code of the list and its id', async (_case, headers, body, status, code) => {
    const { method = 'POST', ...rest } = headers;
    const init = { method, headers: { ...rest, 'x-api-key': key }, ...(body === undefined ? {} : { body }) };
    const response = await fetch(`${gateway.url}/graphql`, init);
    const answer = (await response.json()) as Answer;
    expect(response.status).toBe(status);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code, requestId: response.headers.get('x-request-id') });
    expect(answer.errors?.[0]?.message).not.toMatch(/Did you mean|Apollo/);
  });

  test('may be larger where its key may send pictures', async () => {
    const { key: plain } = await createKey(gateway.store, { scopes: ['profile:read'] });
    const body = { query: '{ __typename }', variables: { padding: 'x'.repeat(2_000_000) } };
    expect(await gateway.ask(key, body)).toMatchObject({ status: 200 });
    const refused = await gateway.ask(plain, body);
    expect(refused).toMatchObject({ status: 413, errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
  });

  test('from a web page is allowed for origins that are known', async () => {
    const allowed = async (origin: string) =>
      (await post({ ...json, origin, 'x-api-key': key })).headers.get('access-control-allow-origin');
    for (const origin of ['https://studio.apollographql.com', 'https://app.example', 'http://localhost:3000']) {
      expect(await allowed(origin)).toBe(origin);
    }
    expect(await allowed('https://evil.example')).toBeNull();
    expect(await allowed('http://localhost.evil.example')).toBeNull();
  });
});

describe('what is forwarded', () => {
  test('pictures pass unchanged, without a key', async () => {
    const response = await fetch(`${gateway.url}/images/a/b.png?signature=x%2Fy`);
    expect(await response.text()).toBe('picture /images/a/b.png?signature=x%2Fy');
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({ etag: '"tag"', 'cache-control': 'public', 'content-type': 'image/png' });
    expect(headers).not.toHaveProperty('vary');
  });

  test('the inbox is asked for in the gateway’s own name, and only under its own host name', async () => {
    const at = (host: string) =>
      new Promise<number>((resolve, reject) => {
        httpRequest(`${gateway.url}/inbox/messages`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    expect(await (await fetch(`${gateway.url}/inbox/messages`)).json()).toEqual({ seen: 'Bearer ' });
    expect(await at('evil.example')).toBe(403);
    expect(await at('localhost:4000')).toBe(200);
  });
});

describe('a service that is stopped', () => {
  test('costs its own fields, and its address is not told', async () => {
    await gateway.subgraphs.image.close();
    const answer = await gateway.ask(key, everything);
    expect(answer.data).toMatchObject({ user: { name: 'Asha', avatar: null, messages: ['Hello'] } });
    expect(answer.errors?.[0]).toMatchObject({ path: ['user', 'avatar'], extensions: { code: 'UNAVAILABLE' } });
    expect(answer.text).not.toContain('127.0.0.1');
    expect((await fetch(`${gateway.url}/images/a.png`)).status).toBe(503);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  });
});
