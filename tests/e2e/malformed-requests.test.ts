import { expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { post } from '../support/graphql-client.ts';
import { operation } from '../support/operations.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'multipart/form-data; boundary=b' };
const parts = (...all: [name: string, text: string][]) =>
  `${all.map(([name, text]) => `--b\r\nContent-Disposition: form-data; name="${name}"${/^\d/.test(name) ? '; filename="f.jpg"' : ''}\r\n\r\n${text}\r\n`).join('')}--b--\r\n`;
const operations = JSON.stringify({
  query: operation('upload-image'),
  variables: { input: { userId: '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10', file: null } },
});

const requests: [what: string, headers: Record<string, string>, body: string, codes: string[]][] = [
  ['no JSON', json, '{', ['BAD_REQUEST']],
  ['an empty body', json, '', ['BAD_REQUEST']],
  ['a number', json, '7', ['BAD_REQUEST']],
  ['null', json, 'null', ['BAD_REQUEST']],
  ['no query', json, '{}', ['BAD_REQUEST']],
  ['a query that is no text', json, '{"query":7}', ['BAD_REQUEST']],
  ['variables that are no object', json, '{"query":"{ __typename }","variables":7}', ['BAD_REQUEST']],
  ['a batch', json, '[{"query":"{ __typename }"}]', ['BAD_REQUEST', 'OPERATION_NOT_ALLOWED']],
  ['an empty document', json, '{"query":" "}', ['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED']],
  ['a syntax error', json, '{"query":"{"}', ['GRAPHQL_PARSE_FAILED']],
  ['an unknown field', json, '{"query":"{ usr }"}', ['GRAPHQL_VALIDATION_FAILED']],
  ['an operation name of nothing', json, '{"query":"query A { __typename }","operationName":"B"}', ['BAD_REQUEST']],
  ['two operations and no name', json, '{"query":"query A { __typename } query B { __typename }"}', ['BAD_REQUEST']],
  ['a subscription', json, '{"query":"subscription { x }"}', ['GRAPHQL_VALIDATION_FAILED', 'OPERATION_NOT_ALLOWED']],
  ['another media type', { 'content-type': 'text/xml' }, '<x/>', ['UNSUPPORTED_MEDIA_TYPE', 'BAD_REQUEST']],
  ['no parts', form, '--b--\r\n', ['BAD_REQUEST']],
  ['no operations', form, parts(['map', '{}']), ['BAD_REQUEST']],
  ['operations that are no JSON', form, parts(['operations', '{'], ['map', '{}']), ['BAD_REQUEST']],
  ['no map', form, parts(['operations', operations], ['0', 'x']), ['BAD_REQUEST']],
  ['a map that is no JSON', form, parts(['operations', operations], ['map', '{'], ['0', 'x']), ['BAD_REQUEST']],
  [
    'a map to nowhere',
    form,
    parts(['operations', operations], ['map', '{"0":["variables.input.nowhere.at.all"]}'], ['0', 'x']),
    ['BAD_REQUEST', 'BAD_USER_INPUT'],
  ],
  [
    'a map to a prototype',
    form,
    parts(['operations', operations], ['map', '{"0":["__proto__.x"]}'], ['0', 'x']),
    ['BAD_REQUEST', 'BAD_USER_INPUT'],
  ],
  [
    'a file that never comes',
    form,
    parts(['operations', operations], ['map', '{"0":["variables.input.file"]}']),
    ['BAD_REQUEST'],
  ],
  ['half a body', form, parts(['operations', operations]).slice(0, 60), ['BAD_REQUEST']],
];

test.each(requests)('a request that is %s gets a clear error', async (_what, headers, body, codes) => {
  const answer = await post<unknown>(atrium.url, { ...atrium.headers, ...headers }, body);
  expect(answer.errors.length).toBeGreaterThan(0);
  for (const { message, extensions } of answer.errors) {
    expect(codes).toContain(extensions.code);
    expect(extensions.requestId).toEqual(expect.any(String));
    expect(message).not.toMatch(/Did you mean|Unexpected token|at position|\.ts|node_modules/);
  }
});

test('other methods are refused, and so are documents that cost too much', async () => {
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
    const response = await fetch(atrium.url, { method, headers: { ...atrium.headers, accept: 'application/json' } });
    const text = await response.text();
    expect({ method, text, status: response.status >= 400 && response.status < 500 }).toMatchObject({ status: true });
    expect(text).toMatch(/METHOD_NOT_ALLOWED|BAD_REQUEST/);
  }
  const doubled = Array.from({ length: 18 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(
    ' ',
  );
  const bomb = await atrium.query<unknown>(`{ ...f0 } ${doubled} fragment f18 on Query { __typename }`);
  expect(bomb.errors.map(({ extensions }) => extensions.code)).not.toContain('INTERNAL');
  expect(bomb.errors.length).toBeGreaterThan(0);
});
