import { startSubgraph } from '@atrium/service-kit/testing/running-subgraph';
import { afterAll, describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { serveMock } from '../mock/serve-mock.ts';
import { compareGateway } from './compare-gateway.ts';
import { compareSubgraph } from './compare-subgraph.ts';
import { fetchPublicSchema, fetchSubgraphSdl } from './fetch-schema.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@shareable", "@inaccessible"])

"Where queries begin."
type Query {
  thing(id: ID!, depth: Int = 3): Thing
  internal: Int @inaccessible
}

interface Named { name: String }

type Thing implements Named @key(fields: "id") {
  id: ID!
  name: String @shareable
  grade: Grade
}

enum Grade { GOOD BAD }

input Unused { a: Int = 1 }

union Any = Thing
`;
const subgraph = await startSubgraph({ typeDefs: sdl, resolvers: {} });
afterAll(() => subgraph.close());
const url = `${subgraph.url}/graphql`;
const token = await subgraph.serviceToken('sister');

async function drift(committed: string): Promise<string[]> {
  const served = await fetchSubgraphSdl(url, token);
  const source = { name: 'small', routingUrl: url, file: 'small.graphql', sdl: committed };
  return compareSubgraph(source, served).map(({ message }) => message);
}

/** An address at which nobody listens any more. */
async function deadAddress(): Promise<string> {
  const gone = await startSubgraph({ typeDefs: sdl, resolvers: {} });
  await gone.close();
  return `${gone.url}/graphql`;
}

describe('a running subgraph', () => {
  test('that serves what is committed does not drift, however that is written', async () => {
    expect(await drift(sdl)).toEqual([]);
    expect(
      await drift(sdl.replace('GOOD BAD', 'BAD\n  GOOD').replace('"Where queries begin."', '"Elsewhere."')),
    ).toEqual([]);
  });

  test.each([
    [
      'does not serve a field',
      sdl.replace('  grade: Grade\n', '  grade: Grade\n  more(a: Int): Int\n'),
      "does not serve 'Thing.more'",
    ],
    [
      'serves a field that is not committed',
      sdl.replace('  grade: Grade\n', ''),
      "serves 'Thing.grade', which is not committed",
    ],
    [
      'answers another type',
      sdl.replace('grade: Grade', 'grade: Grade!'),
      "serves 'Thing.grade: Grade' where 'Thing.grade: Grade!' is committed",
    ],
    ['has another default value', sdl.replace('= 3', '= 4'), 'Query.thing(depth:): Int = 3'],
    ['has another directive', sdl.replace(' @inaccessible\n', '\n'), 'Query.internal: Int @inaccessible'],
    ['has another key', sdl.replace('@key(fields: "id")', '@key(fields: "name")'), '@key(fields: "id")'],
    ['has no such type', `${sdl}\nscalar Day`, "does not serve 'Day'"],
  ])('that %s is told so', async (_what, committed, message) => {
    const found = await drift(committed);
    expect(found).toEqual([expect.stringContaining(message)]);
  });

  test('that does not know the token, or does not run, is told so in a sentence', async () => {
    await expect(fetchSubgraphSdl(url, 'Bearer nonsense')).rejects.toThrow(/answered 401.*needs a token/);
    await expect(fetchSubgraphSdl(await deadAddress(), token)).rejects.toThrow(/does not answer \(ECONNREFUSED\)/);
  });
});

test('a running gateway is held against the public schema', async () => {
  const schema = (extra = '') => buildSchema(`type Query { "The day." day(of: Int = 1): String ${extra} }`);
  const mock = await serveMock({ schema: schema(), operations: [], host: '127.0.0.1', port: 0 });
  try {
    const served = await fetchPublicSchema(`${mock.url}/graphql`, 'any');
    expect(await compareGateway(schema(), served)).toEqual([]);
    const [missing] = await compareGateway(schema('week: Int'), served);
    expect(missing).toMatchObject({ severity: 'error', subject: 'Query.week' });
  } finally {
    await mock.close();
  }
});
