import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { createKey } from '../support/api-keys.ts';
import { doublingFragments } from '../support/bombs.ts';
import type { Fault } from '../support/graphql-client.ts';
import { nobody } from '../support/input-rows.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const url = `${system.gatewayUrl}/graphql`;
const [reader, writer] = await Promise.all([
  createKey(system, ['profile:read']),
  createKey(system, ['profile:read', 'image:write']),
]);

interface Reply {
  status: number;
  codes: string[];
  data: unknown;
  text: string;
  headers: Headers;
}

async function reply(request: RequestInit, address = url): Promise<Reply> {
  const headers = { 'x-api-key': reader.key, ...(request.headers as Record<string, string>) };
  const response = await fetch(address, { method: 'POST', ...request, headers } as RequestInit);
  const text = await response.text();
  const { errors = [], data } = JSON.parse(text) as { errors?: Fault[]; data?: unknown };
  for (const { message, extensions } of errors) {
    expect(message).not.toMatch(/did you mean|unexpected token|at position|node_modules|\.ts\b|at \//i);
    expect(extensions.requestId).toEqual(expect.any(String));
  }
  return {
    status: response.status,
    codes: errors.map(({ extensions }) => extensions.code),
    data,
    text,
    headers: response.headers,
  };
}

const json = { 'content-type': 'application/json' };
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  reply({ body, headers: { ...json, ...headers } });
const typename = '{"query":"{ __typename }"}';
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))));

type Attack = [what: string, send: () => Promise<Reply>, status: number, code: string];

describe('a body is refused that is', () => {
  test.each<Attack>([
    [
      'plain text, as a page may send it',
      () => post(typename, { 'content-type': 'text/plain' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a form, as a page may send it',
      () => post('query={__typename}', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'GraphQL itself',
      () => post('{ __typename }', { 'content-type': 'application/graphql' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'JSON by another name',
      () => post(typename, { 'content-type': 'application/jsonp' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'JSON and something else',
      () => post(typename, { 'content-type': 'application/json, text/plain' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['of no type', () => reply({ body: bytes(typename) }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'in UTF-16',
      () =>
        post(new Uint8Array(Buffer.from(typename, 'utf16le')), { 'content-type': 'application/json; charset=utf-16' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['UTF-16 that calls itself JSON', () => post(new Uint8Array(Buffer.from(typename, 'utf16le'))), 400, 'BAD_REQUEST'],
    [
      'no UTF-8',
      () => post(bytes('{"query":"{ __typename }","operationName":"', [0xff, 0xfe, 0xc0], '"}')),
      400,
      'BAD_REQUEST',
    ],
    ['an overlong form of UTF-8', () => post(bytes('{"query":"{ a', [0xc0, 0x80], '}"}')), 400, 'BAD_REQUEST'],
    [
      'compressed',
      () => post(new Uint8Array(gzipSync(typename)), { 'content-encoding': 'gzip' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a bomb of 100 MB in 100 KB',
      () => post(gzipBomb(), { 'content-encoding': 'gzip' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'compressed twice',
      () => post(new Uint8Array(gzipSync(gzipSync(typename))), { 'content-encoding': 'gzip, gzip' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['a batch', () => post(`[${typename},${typename}]`), 400, 'BAD_REQUEST'],
    ['an empty batch', () => post('[]'), 400, 'BAD_REQUEST'],
    ['a batch of thousands', () => post(`[${Array(5_000).fill(typename).join(',')}]`), 400, 'BAD_REQUEST'],
    ['a list that nests without end', () => post('['.repeat(100_000)), 400, 'BAD_REQUEST'],
    ['a list that nests and ends', () => post('['.repeat(50_000) + ']'.repeat(50_000)), 400, 'BAD_REQUEST'],
    [
      'with variables that nest',
      () => post(`{"query":"{ __typename }","variables":{"a":${'['.repeat(65)}${']'.repeat(65)}}}`),
      400,
      'BAD_REQUEST',
    ],
    [
      'with variables that nest without end',
      () => post(`{"query":"{ __typename }","variables":{"a":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}}`),
      400,
      'BAD_REQUEST',
    ],
    [
      'with extensions that nest',
      () => post(`{"query":"{ __typename }","extensions":{"a":${'['.repeat(65)}${']'.repeat(65)}}}`),
      400,
      'BAD_REQUEST',
    ],
    [
      'with a prototype among its keys',
      () => post('{"query":"{ __typename }","__proto__":{"polluted":true}}'),
      400,
      'BAD_REQUEST',
    ],
    [
      'with a prototype among its variables',
      () => post('{"query":"{ __typename }","variables":{"__proto__":{"polluted":true}}}'),
      400,
      'BAD_REQUEST',
    ],
    [
      'with a prototype that is spelt otherwise',
      () => post('{"query":"{ __typename }","variables":{"\\u005f_proto__":{"polluted":true}}}'),
      400,
      'BAD_REQUEST',
    ],
    [
      'with a constructor’s prototype among its variables',
      () => post('{"query":"{ __typename }","variables":{"constructor":{"prototype":{"polluted":true}}}}'),
      400,
      'BAD_REQUEST',
    ],
    ['with a query that is a list', () => post('{"query":["{ __typename }"]}'), 400, 'BAD_REQUEST'],
    ['with variables that are text', () => post('{"query":"{ __typename }","variables":"{}"}'), 400, 'BAD_REQUEST'],
    [
      'with the name of an operation that no operation can have',
      () => post(JSON.stringify({ query: 'query A { __typename }', operationName: 'A\n{"level":"error"}' })),
      400,
      'BAD_REQUEST',
    ],
    [
      'with a very long name of an operation',
      () => post(JSON.stringify({ query: 'query A { __typename }', operationName: 'A'.repeat(100_000) })),
      400,
      'BAD_REQUEST',
    ],
    ['more than 256 KB', () => post(`${typename}${' '.repeat(256 * 1024)}`), 413, 'PAYLOAD_TOO_LARGE'],
    ['more than 256 KB, of unknown length', () => streamed(300 * 1024, reader.key), 413, 'PAYLOAD_TOO_LARGE'],
    [
      'more than 14 MB, from whoever may send pictures',
      () => post(`${typename}${' '.repeat(14 * 1024 * 1024)}`, { 'x-api-key': writer.key }),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
  ])('%s', async (_what, send, status, code) => {
    expect(await send()).toMatchObject({ status, codes: [code] });
  });

  test('but 14 MB may come from whoever may send pictures', async () => {
    const large = await post(`{"query":"{ __typename }","variables":{"a":"${'x'.repeat(13 * 1024 * 1024)}"}}`, {
      'x-api-key': writer.key,
    });
    expect(large).toMatchObject({ status: 200, data: { __typename: 'Query' } });
  });
});

function gzipBomb(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(Buffer.alloc(100 * 1024 * 1024, ' '), { level: 9 }));
}

function streamed(sizeBytes: number, key: string): Promise<Reply> {
  const chunk = new Uint8Array(8 * 1024).fill(0x20);
  let left = sizeBytes;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left <= 0) controller.close();
      else controller.enqueue(chunk);
      left -= chunk.length;
    },
  });
  return reply({ body, headers: { ...json, 'x-api-key': key }, duplex: 'half' } as RequestInit);
}

describe('a request is refused that', () => {
  const search = (text: string, init: RequestInit = {}) => reply({ method: 'GET', ...init }, `${url}?${text}`);
  const mutation = encodeURIComponent(`mutation { deleteUser(input: { id: "${nobody}" }) { deletedUserId } }`);
  test.each<Attack>([
    [
      'changes something by GET',
      () => search(`query=${mutation}`, { headers: { 'x-api-key': system.apiKey } }),
      405,
      'METHOD_NOT_ALLOWED',
    ],
    [
      'changes something by GET, with the query of the name asked for beside it',
      () =>
        search(
          `query=${encodeURIComponent('query A { __typename } mutation B { deleteUser(input: { id: "1" }) { deletedUserId } }')}&operationName=B`,
          { headers: { 'x-api-key': system.apiKey } },
        ),
      405,
      'METHOD_NOT_ALLOWED',
    ],
    [
      'says POST in a header',
      () => search(`query=${mutation}`, { headers: { 'x-api-key': system.apiKey, 'x-http-method-override': 'POST' } }),
      405,
      'METHOD_NOT_ALLOWED',
    ],
    ['says a parameter twice', () => search('query={__typename}&query={b:__typename}'), 400, 'BAD_REQUEST'],
    ['has parameters that decode to nothing', () => search('query=%ff%fe%00'), 400, 'GRAPHQL_PARSE_FAILED'],
    [
      'has variables in its address that nest',
      () => search(`query={__typename}&variables=${encodeURIComponent(`{"a":${'['.repeat(65)}${']'.repeat(65)}}`)}`),
      400,
      'BAD_REQUEST',
    ],
    [
      'has variables in its address with a prototype',
      () => search(`query={__typename}&variables=${encodeURIComponent('{"__proto__":{"a":1}}')}`),
      400,
      'BAD_REQUEST',
    ],
    [
      'has a document in its address that doubles',
      () => search(`query=${encodeURIComponent(doublingFragments(18))}`),
      400,
      'QUERY_TOO_COMPLEX',
    ],
    ['is a PUT', () => reply({ method: 'PUT', body: typename, headers: json }), 405, 'METHOD_NOT_ALLOWED'],
    ['is a DELETE', () => reply({ method: 'DELETE' }), 405, 'METHOD_NOT_ALLOWED'],
    ['uploads without the scope', () => reply({ body: form(), headers: {} }), 403, 'FORBIDDEN'],
    ['accepts no form of answer', () => post(typename, { accept: 'text/html' }), 406, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'names a hash that is not its document’s',
      () => post(JSON.stringify({ query: '{ __typename }', extensions: persisted('0'.repeat(64)) })),
      400,
      'BAD_REQUEST',
    ],
    ['names no hash', () => post(JSON.stringify({ extensions: persisted({}) })), 400, 'BAD_REQUEST'],
    [
      'names a property of every object as a hash',
      () => post(JSON.stringify({ extensions: persisted('constructor') })),
      200,
      'PERSISTED_QUERY_NOT_FOUND',
    ],
    [
      'speaks another version of persisted queries',
      () => post(JSON.stringify({ extensions: { persistedQuery: { version: 2, sha256Hash: '0'.repeat(64) } } })),
      200,
      'PERSISTED_QUERY_NOT_SUPPORTED',
    ],
    [
      'changes something without the scope',
      () => post(JSON.stringify({ query: `mutation { deleteUser(input: { id: "${nobody}" }) { deletedUserId } }` })),
      403,
      'FORBIDDEN',
    ],
    [
      'hides a change without the scope among fragments',
      () =>
        post(
          JSON.stringify({
            query: `mutation { ...A } fragment A on Mutation { ... @include(if: true) { x: deleteUser(input: { id: "${nobody}" }) { deletedUserId } } }`,
          }),
        ),
      403,
      'FORBIDDEN',
    ],
    [
      'changes something by a key that says it twice',
      () =>
        post(
          `{"query":"{ __typename }","query":"mutation { deleteUser(input: { id: \\"${nobody}\\" }) { deletedUserId } }"}`,
        ),
      403,
      'FORBIDDEN',
    ],
  ])('%s', async (_what, send, status, code) => {
    expect(await send()).toMatchObject({ status, codes: [code] });
  });

  test('registers a document past a limit, whose hash then means nothing', async () => {
    const query = doublingFragments(18, 'Registered');
    const extensions = persisted(createHash('sha256').update(query).digest('hex'));
    expect((await post(JSON.stringify({ query, extensions }))).codes).toEqual(['QUERY_TOO_COMPLEX']);
    expect((await post(JSON.stringify({ extensions }))).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });
});

const persisted = (sha256Hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash } });

function form(): FormData {
  const data = new FormData();
  data.append('operations', typename);
  data.append('map', '{}');
  return data;
}

describe('what a request says is taken as it is', () => {
  const ask = (query: string, variables: object = {}) => post(JSON.stringify({ query, variables }));

  test('names that every object has are names like others', async () => {
    expect((await ask('{ __proto__: __typename constructor: __typename toString: __typename }')).text).toBe(
      '{"data":{"__proto__":"Query","constructor":"Query","toString":"Query"}}',
    );
    const query = 'query ($constructor: ID!) { hasOwnProperty: user(id: $constructor) { id } }';
    expect(await ask(query, { constructor: nobody })).toMatchObject({ status: 200, data: { hasOwnProperty: null } });
    expect(await ask(query)).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] });
    expect(await ask('query ($toString: ID!) { user(id: $toString) { id } }')).toMatchObject({
      codes: ['BAD_USER_INPUT'],
    });
  });

  test('variables that nobody declared are passed over', async () => {
    const variables = { id: nobody, more: Array(1_000).fill({ a: 1 }), length: -1, query: '{ user }' };
    expect(await ask('query ($id: ID!) { user(id: $id) { id } }', variables)).toMatchObject({ status: 200, codes: [] });
  });

  test('a list of 50,000 where there is to be one value costs one error', async () => {
    const answer = await ask('query ($id: ID!) { user(id: $id) { id } }', { id: Array(50_000).fill(1) });
    expect(answer).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] });
    expect(answer.text.length).toBeLessThan(1_000);
  });

  test('a byte order mark, half a surrogate pair and a NUL character in a value harm nobody', async () => {
    const query = 'query ($id: ID!) { user(id: $id) { id } }';
    for (const id of ['\\ud800', '\\u0000', '\\ufeff', '\\udfff\\ud800']) {
      const answer = await post(`{"query":"${query}","variables":{"id":"${id}"}}`);
      expect(answer).toMatchObject({ status: 200, data: { user: null } });
    }
    expect([200, 400]).toContain((await post(`\ufeff${typename}`)).status);
    expect(await ask('\ufeff{ __typename }')).toMatchObject({ status: 200 });
  });

  test('no value that was sent comes back', async () => {
    const secret = 'hunter2-4711';
    const answers = [
      ['query ($id: ID!) { user(id: $id) { id } }', { id: { [secret]: secret } }],
      ['query ($n: Int) { users(first: $n) { edges { cursor } } }', { n: secret }],
      [
        'mutation ($i: CreateUserInput!) { createUser(input: $i) { userErrors { code } } }',
        { i: { name: secret, [secret]: 1 } },
      ],
      [
        'mutation ($i: SendMessageInput!) { sendMessage(input: $i) { userErrors { code } } }',
        { i: { userId: '1', operation: 'A', channel: secret } },
      ],
      [`{ user(id: { a: "${secret}" }) { id } }`],
      [`{ users(first: "${secret}") { edges { cursor } } }`],
      [`{ users(first: 471147.4711) { edges { cursor } } }`],
      [`{ users(first: 47114711471147114711) { edges { cursor } } }`],
      [`mutation { sendMessage(input: { userId: 1, operation: "A", channel: "${secret}" }) { userErrors { code } } }`],
      [`query ($n: Int = "${secret}") { users(first: $n) { edges { cursor } } }`],
      [`{ user(id: 1 "${secret}") { id } }`],
      [`{ user(id: """${secret}""" 471147) { id } }`],
      [`{ user(id: "${secret}`],
    ] as [string, object?][];
    for (const [query, variables] of answers) {
      const { text, status } = await ask(query, variables);
      expect({ query, leaked: /hunter2|471147/.test(text), status }).toEqual({ query, leaked: false, status: 400 });
    }
  });
});
