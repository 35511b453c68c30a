import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type Answer, post } from '../support/graphql-client.ts';
import { type OwnGateway, startGateway } from '../support/own-gateway.ts';
import { startSmallGraph } from '../support/small-graph.ts';
import { waitFor } from '../support/wait-for.ts';

const folder = mkdtempSync(join(tmpdir(), 'atrium-manifest-'));
const manifestPath = join(folder, 'persisted-queries.json');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const person = 'query Person($id: ID!) { person(id: $id) { name } }';
const people = 'query People { people(first: 1) { name } }';
const rename = 'mutation Rename { rename(id: "1", name: "n") { name } }';

/** Writes Apollo's manifest of these operations, as a client's build does. */
function writeManifest(...bodies: string[]): void {
  const operations = bodies.map((body) => ({ id: sha256(body), name: 'any', type: 'query', body }));
  writeFileSync(manifestPath, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
}
writeManifest(person);

const graph = await startSmallGraph();
const [open, closed] = await Promise.all([
  startGateway(graph.supergraphSdl),
  startGateway(graph.supergraphSdl, { PERSISTED_QUERIES_PATH: manifestPath, PERSISTED_QUERIES_ONLY: 'true' }),
]);
afterAll(async () => {
  await Promise.all([open.stop(), closed.stop(), graph.close()]);
  rmSync(folder, { recursive: true });
});

const persistedQuery = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256(text) } });

function ask({ url }: OwnGateway, request: object): Promise<Answer<unknown>> {
  return post(url, { 'content-type': 'application/json' }, JSON.stringify(request));
}

async function get({ url }: OwnGateway, request: Record<string, string | object | undefined>) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(request)) {
    if (value !== undefined) search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const response = await fetch(`${url}?${search}`, { headers: { 'apollo-require-preflight': 'true' } });
  return { status: response.status, ...((await response.json()) as Pick<Answer<unknown>, 'data' | 'errors'>) };
}

/** What an answer refuses with. */
const refusal = ({ status, errors }: Pick<Answer<unknown>, 'status' | 'errors'>) => ({
  status,
  message: errors[0]?.message,
  code: errors[0]?.extensions.code,
});
const notFound = { status: 200, message: 'PersistedQueryNotFound', code: 'PERSISTED_QUERY_NOT_FOUND' };
const notAllowed = { status: 400, message: expect.any(String), code: 'OPERATION_NOT_ALLOWED' };

describe('automatic persisted queries', () => {
  test('are registered by one request with hash and text, and served by their hash from then on', async () => {
    const byHash = { extensions: persistedQuery(person), variables: { id: '7' } };
    const unknown = await ask(open, byHash);
    expect(refusal(unknown)).toEqual(notFound);
    expect(unknown.headers.get('content-type')).toBe('application/json; charset=utf-8');
    for (const request of [{ ...byHash, query: person }, byHash, byHash]) {
      expect((await ask(open, request)).data).toEqual({ person: { name: 'name of 7' } });
    }
    expect(await get(open, byHash)).toEqual({ status: 200, data: { person: { name: 'name of 7' } } });
  });

  test('are registered and served by GET too', async () => {
    const extensions = persistedQuery(people);
    expect(refusal(await get(open, { extensions }))).toEqual(notFound);
    for (const request of [{ query: people, extensions }, { extensions }]) {
      expect(await get(open, request)).toEqual({ status: 200, data: { people: [{ name: 'name of 0' }] } });
    }
  });

  test.each([
    ['does not parse', '{ person('],
    ['does not fit the schema', '{ nobody }'],
    ['is nested too deeply', `{ ${'a { '.repeat(30)} b ${'}'.repeat(30)} }`],
  ])('are not registered where the operation %s', async (_case, query) => {
    const extensions = persistedQuery(query);
    expect((await ask(open, { query, extensions })).status).toBe(400);
    expect(refusal(await ask(open, { extensions }))).toEqual(notFound);
  });

  test('are refused where hash and text are not the same operation', async () => {
    const answer = await ask(open, { query: people, extensions: persistedQuery(person) });
    expect(refusal(answer)).toEqual({ status: 400, message: expect.any(String), code: 'BAD_REQUEST' });
  });

  test('say no mutation by GET, though their hash is known', async () => {
    const extensions = persistedQuery(rename);
    expect((await ask(open, { query: rename, extensions })).data).toEqual({ rename: { name: 'n' } });
    expect(refusal(await get(open, { extensions }))).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  });
});

describe('a gateway that serves known operations only', () => {
  test('serves them by hash and by text, and refuses every other, introspection included', async () => {
    const variables = { id: '7' };
    for (const known of [{ extensions: persistedQuery(person) }, { query: person }]) {
      expect((await ask(closed, { ...known, variables })).data).toEqual({ person: { name: 'name of 7' } });
    }
    for (const other of [
      { query: people },
      { query: people, extensions: persistedQuery(people) },
      { extensions: persistedQuery(people) },
      { query: `${person} `, variables },
      { query: '{ __schema { queryType { name } } }' },
    ]) {
      expect(refusal(await ask(closed, other))).toEqual(notAllowed);
    }
  });

  test('takes a new manifest while it runs, and refuses a broken one', async () => {
    const served = async (query: string) => (await ask(closed, { query, variables: { id: '7' } })).status === 200;
    writeFileSync(manifestPath, '{"format":');
    process.kill(closed.pid, 'SIGHUP');
    await waitFor('the broken one is refused', () => closed.log().includes('manifest of known operations is refused'));
    expect(await served(person)).toBe(true);
    writeManifest(people);
    process.kill(closed.pid, 'SIGHUP');
    await waitFor('the new one is taken', () => served(people));
    expect(await served(person)).toBe(false);
  });
});
