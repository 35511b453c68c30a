import { afterAll, describe, expect, test } from '@jest/globals';
import { openAtrium, type Picture } from '../support/atrium.ts';
import { type Answer, dataOf, post } from '../support/graphql-client.ts';
import { body, end, field, file, fileStart, multipartType } from '../support/multipart-body.ts';
import { operation } from '../support/operations.ts';
import { startGateway } from '../support/own-gateway.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { photograph } from '../support/pictures.ts';
import { startSmallGraph } from '../support/small-graph.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const [first, second] = await Promise.all([atrium.newUser(newPerson()), atrium.newUser(newPerson())]);
const [small, large, another] = await Promise.all([
  photograph({ width: 40, height: 30 }),
  photograph({ width: 80, height: 60, hue: 200 }),
  photograph({ width: 50, height: 40, hue: 90 }),
]);

type Payload = { image: Picture | null; userErrors: { code: string }[] } | null;

const send = <Data>(...pieces: (string | Buffer)[]): Promise<Answer<Data>> =>
  post<Data>(
    `${system.gatewayUrl}/graphql`,
    { 'x-api-key': system.apiKey, 'content-type': multipartType },
    body(...pieces),
  );

const two = `mutation Two($a: UploadImageInput!, $b: UploadImageInput!) {
  a: uploadImage(input: $a) { image { id width } userErrors { code } }
  b: uploadImage(input: $b) { image { id width } userErrors { code } }
}`;
const variables = { a: { userId: first.id, file: null }, b: { userId: second.id, file: null } };
const operations = field('operations', { query: two, variables });
const map = field('map', { x: ['variables.a.file'], y: ['variables.b.file'] });

/** How many pictures both people have. */
async function countImages(): Promise<number> {
  const query = `query($a: ID!, $b: ID!) { a: user(id: $a) { images { totalCount } } b: user(id: $b) { images { totalCount } } }`;
  const answer = await atrium.query<Record<'a' | 'b', { images: { totalCount: number } }>>(query, {
    a: first.id,
    b: second.id,
  });
  const { a, b } = dataOf(answer);
  return a.images.totalCount + b.images.totalCount;
}

describe('a multipart request', () => {
  test('may bring its files in an order that is not the map’s, and each reaches its own place', async () => {
    const answer = await send<Record<'a' | 'b', Payload>>(operations, map, file('y', large), file('x', small), end);
    const { a, b } = dataOf(answer);
    // They lie on their sides, and are turned upright.
    expect([a?.image?.width, b?.image?.width]).toEqual([30, 60]);
  });

  test('may use one file at several places', async () => {
    const both = field('map', { x: ['variables.a.file', 'variables.b.file'] });
    const answer = await send<Record<'a' | 'b', Payload>>(operations, both, file('x', small), end);
    const { a, b } = dataOf(answer);
    expect([a?.image?.width, b?.image?.width]).toEqual([30, 30]);
  });

  const upload = { query: operation('upload-image'), variables: { input: { userId: first.id, file: null } } };
  const one = field('operations', upload) + field('map', { 0: ['variables.input.file'] });
  test.each<[string, (string | Buffer)[], string]>([
    ['whose second file is missing', [operations, map, file('x', another), end], 'BAD_REQUEST'],
    [
      'that breaks off in its second file',
      [operations, map, file('x', another), fileStart('y'), another.subarray(0, 99)],
      'BAD_REQUEST',
    ],
    ['without an end', [one, file('0', another)], 'BAD_REQUEST'],
    ['with a file that the map does not name', [one, file('0', another), file('1', another), end], 'BAD_REQUEST'],
    ['with a file twice', [one, file('0', another), file('0', another), end], 'BAD_REQUEST'],
    [
      'whose second file is too large',
      [operations, map, file('x', another), file('y', Buffer.alloc(11_000_000)), end],
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'of five files',
      [field('operations', upload), field('map', { 0: ['variables.input.file'], 1: [], 2: [], 3: [], 4: [] }), end],
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'that is a batch',
      [field('operations', [upload]), field('map', { 0: ['0.variables.input.file'] }), file('0', another), end],
      'BAD_REQUEST',
    ],
  ])('%s is refused whole', async (_case, pieces, code) => {
    const before = await countImages();
    const { errors } = await send(...pieces);
    expect(errors.length).toBeGreaterThan(0);
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set([code]));
    expect(await countImages()).toBe(before);
  });
});

test('a file that is found too large on its way counts as a body past its limit', async () => {
  const met = async () => {
    const metrics = await (await fetch(`${system.gatewayUrl}/metrics`)).text();
    return Number(/^atrium_gateway_limits_met_total\{limit="body"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
  };
  const before = await met();
  const { status } = await send(operations, map, file('x', another), file('y', Buffer.alloc(11_000_000)), end);
  expect({ status, met: (await met()) - before }).toEqual({ status: 413, met: 1 });
});

describe('a gateway without keys', () => {
  const graph = startSmallGraph();
  const gateway = graph.then(({ supergraphSdl }) => startGateway(supergraphSdl));
  afterAll(async () => {
    await (await gateway).stop();
    await (await graph).close();
  });

  const form = body(field('operations', { query: '{ __typename }' }), field('map', {}), end);
  const ask = async (headers: Record<string, string>) =>
    post((await gateway).url, { 'content-type': multipartType, ...headers }, form);

  test('takes no form that a hostile page could have a browser send', async () => {
    const { status, errors } = await ask({});
    expect({ status, code: errors[0]?.extensions.code }).toEqual({ status: 400, code: 'BAD_REQUEST' });
    expect(errors[0]?.message).toContain('apollo-require-preflight');
  });

  test.each(['apollo-require-preflight', 'x-apollo-operation-name', 'authorization', 'x-api-key'])(
    'takes one with the header %s, for which a browser must ask first',
    async (name) => {
      expect(dataOf(await ask({ [name]: 'any' }))).toEqual({ __typename: 'Query' });
    },
  );
});
