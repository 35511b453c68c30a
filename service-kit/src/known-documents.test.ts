import { afterAll, expect, test } from '@jest/globals';
import { type FastifyRequest, fastify } from 'fastify';
import { parse } from 'graphql';
import { PublicError } from './errors.ts';
import { KnownDocuments, type KnownRequest, maxCharacters } from './known-documents.ts';
import { backgroundContext } from './request-context.ts';
import { createServiceClient } from './service-client.ts';
import { startSubgraph } from './testing/running-subgraph.ts';

let executions = 0;
const subgraph = await startSubgraph({
  typeDefs: /* GraphQL */ `
    type Query { greeting(name: String!): String! taken: Int busy: String broken: String twice: [Greeting!] }
    type Mutation { greet: String failing: String! }
    type Greeting { text: String! }
  `,
  resolvers: {
    Query: {
      greeting: (_: unknown, { name }: { name: string }) => {
        executions++;
        return `hello ${name}`;
      },
      taken: () => 'not a number',
      busy: () => {
        throw new PublicError('OVERLOADED', 'Try again.', { retryAfterMs: 250 });
      },
      broken: () => {
        throw new Error('secret');
      },
      twice: () => [{ text: 'one' }, { text: null }],
    },
    Mutation: {
      greet: async () => 'hello',
      failing: () => {
        executions++;
        throw new Error('secret');
      },
    },
  },
});
afterAll(() => subgraph.close());

const client = await subgraph.clientToken();
const greet = 'query Greet($name: String!) { greeting(name: $name) }';
const requestId = 'the-same-request';

async function ask(body: object, headers: Record<string, string> = {}) {
  const response = await subgraph.post(client, body, {
    accept: 'application/json',
    'x-request-id': requestId,
    ...headers,
  });
  const { status } = response;
  const contentType = response.headers.get('content-type');
  return { status, contentType, body: await response.json() };
}

const requests: Record<string, object> = {
  'an answer': { query: greet, variables: { name: 'Asha' } },
  'an answer without variables': { query: '{ greeting(name: "Asha") }' },
  'the operation that is named': { query: 'query A { busy } query B { greeting(name: "B") }', operationName: 'B' },
  'a mutation': { query: 'mutation { greet }' },
  'a public error': { query: '{ busy greeting(name: "Asha") }' },
  'an error that nobody marked as public': { query: '{ broken }' },
  'a value that does not fit its type': { query: '{ taken }' },
  'a null where none may be': { query: '{ twice { text } }' },
  introspection: { query: '{ __schema { queryType { name } } _service { sdl } }' },
};

test.each(Object.entries(requests))('%s is the same when its document is known', async (_name, body) => {
  const first = await ask(body);
  expect(await ask(body)).toEqual(first);
  expect(first.status).toBe(200);
});

const unfit: Record<string, object> = {
  'a variable that is missing': { query: greet },
  'a variable of another type': { query: greet, variables: { name: { first: 'Asha' } } },
  'variables that are no object': { query: greet, variables: ['Asha'] },
  'an operation that is not there': { query: greet, variables: { name: 'Asha' }, operationName: 'Other' },
};

test.each(Object.entries(unfit))('%s is refused, whether or not the document is known', async (_name, body) => {
  const fresh = { ...body, query: `${greet} # ${_name}` };
  const before = await ask(fresh);
  await ask({ ...fresh, variables: { name: 'Asha' }, operationName: 'Greet' });
  expect(await ask(fresh)).toEqual(before);
  expect(before.body).toMatchObject({ errors: [{ extensions: { code: expect.any(String) } }] });
  expect(before.body).not.toHaveProperty('data.greeting');
});

test('a document that is not valid does not become known', async () => {
  const first = await ask({ query: '{ nothing }' });
  expect(await ask({ query: '{ nothing }' })).toEqual(first);
  expect(first.body).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
});

test.each([
  ['that succeeds', { query: greet, variables: { name: 'Asha' } }],
  ['whose failure takes all data with it', { query: 'mutation { failing }' }],
])('a request %s is executed once', async (_how, body) => {
  await ask(body);
  const before = executions;
  await ask(body);
  expect(executions - before).toBe(1);
});

test('a sister service asks in the form that is known', async () => {
  const known = new KnownDocuments();
  const document = parse(greet);
  known.remember(greet, document);
  let read: KnownRequest | undefined;
  const app = fastify();
  app.post('/graphql', async (request) => {
    read = known.read(request);
    return { data: {} };
  });
  const issuer = { clientToken: async () => 'client', serviceToken: async () => 'sister' };
  const client = createServiceClient('small', await app.listen({ host: '127.0.0.1', port: 0 }), issuer);
  const variables = { name: 'Asha' };
  try {
    await client.execute({ query: greet, variables, context: backgroundContext(5_000), timeoutMs: 5_000 });
  } finally {
    await client.close();
    await app.close();
  }
  expect(read).toMatchObject({ document, variableValues: variables });
});

test('of many documents the ones that were asked for last are known', () => {
  const known = new KnownDocuments();
  const document = parse('{ greeting }');
  const sourceOf = (number: number) => `{ greeting } # ${number} `.padEnd(1_024, '.');
  const read = (number: number) => {
    const request = { headers: { accept: 'application/json' }, body: { query: sourceOf(number) } };
    return known.read(request as FastifyRequest)?.document;
  };
  const most = maxCharacters / 1_024;
  for (let number = 0; number < most; number++) known.remember(sourceOf(number), document);
  expect(read(0)).toBe(document);
  known.remember(sourceOf(most), document);
  expect([read(0), read(1), read(2)]).toEqual([document, undefined, document]);
});

test('errors of a known document are told in the log, and counted by their code', async () => {
  await ask({ query: 'query Told { broken }' });
  await ask({ query: 'query Told { broken }' });
  const told = subgraph.logged().filter(({ operation }) => operation === 'Told');
  expect(told).toMatchObject([{ outcome: 'INTERNAL' }, { outcome: 'INTERNAL' }]);
  const failures = subgraph.logged().filter(({ msg, field }) => msg === 'resolver failed' && field === 'broken');
  expect(failures.length).toBeGreaterThanOrEqual(4);
  expect(JSON.stringify(subgraph.logged())).not.toContain('secret');
});
