import { afterAll, describe, expect, test } from '@jest/globals';
import { PublicError } from './errors.ts';
import { readSeries, seriesOf } from './testing/prometheus.ts';
import { startSubgraph } from './testing/running-subgraph.ts';
import { waitUntil } from './testing/wait-until.ts';

const subgraph = await startSubgraph({
  typeDefs: 'type Query { greeting: String! busy: String hanging: String }',
  resolvers: {
    Query: {
      greeting: () => 'hello',
      busy: () => {
        throw new PublicError('OVERLOADED', 'Try again.', { retryAfterMs: 250 });
      },
      hanging: () => new Promise(() => {}),
    },
  },
});
afterAll(() => subgraph.close());

const client = await subgraph.clientToken();
const ask = (query: string) => subgraph.post(client, { query });
const counted = async (name: string) => seriesOf(readSeries(await subgraph.readMetrics()), `atrium_subgraph_${name}`);

describe('what an operator sees of a subgraph', () => {
  test('its requests by operation and outcome, also those that never became an operation', async () => {
    await ask('query Greet { greeting }');
    await ask('query Greet { greeting }');
    await ask('query Busy { busy greeting }');
    await ask('{ greeting }');
    await ask('query Wrong { nothing }');
    await subgraph.post('Bearer nonsense', { query: '{ greeting }' });
    await subgraph.post(client, 'no JSON');
    await subgraph.post(client, { no: 'query' });
    const expected = {
      '{operation="Greet",outcome="ok"}': 2,
      '{operation="Busy",outcome="OVERLOADED"}': 1,
      '{operation="anonymous",outcome="ok"}': 1,
      '{operation="anonymous",outcome="GRAPHQL_VALIDATION_FAILED"}': 1,
      '{operation="anonymous",outcome="UNAUTHENTICATED"}': 1,
      '{operation="anonymous",outcome="BAD_REQUEST"}': 2,
    };
    await waitUntil(async () => (await counted('request_duration_seconds_count'))[''] === 8);
    expect(await counted('requests_total')).toEqual(expected);
    expect((await counted('request_duration_seconds_bucket'))['{le="+Inf"}']).toBe(8);
    expect(await counted('requests_in_flight')).toEqual({ '': 0 });
  });

  test('that a caller went away without an answer, also from an operation that is known', async () => {
    const left = async () => (await counted('requests_total'))['{operation="Hang",outcome="UNAVAILABLE"}'] ?? 0;
    const headers = { 'content-type': 'application/json', accept: 'application/json', authorization: client };
    for (const leaves of [1, 2]) {
      const leaving = new AbortController();
      const asked = fetch(`${subgraph.url}/graphql`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query: 'query Hang { hanging }' }),
        signal: leaving.signal,
      });
      await waitUntil(async () => (await counted('requests_in_flight'))[''] === 1);
      leaving.abort();
      await expect(asked).rejects.toThrow();
      await waitUntil(async () => (await left()) === leaves);
    }
    expect(await counted('requests_in_flight')).toEqual({ '': 0 });
  });

  test('names of operations without end do not become series without end', async () => {
    for (let i = 0; i < 250; i++) await ask(`query Name${i} { greeting }`);
    await waitUntil(async () => {
      const byOperation = await counted('requests_total');
      return byOperation['{operation="other",outcome="ok"}'] !== undefined;
    });
    const names = new Set(Object.keys(await counted('requests_total')).map((labels) => labels.split('"')[1]));
    expect(names.size).toBe(202);
  });

  test('its process: memory, and how late its event loop runs', async () => {
    const series = readSeries(await subgraph.readMetrics());
    expect(series.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(series.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
  });

  test('in the log, which operation it was and how it ended', () => {
    const lines = subgraph.logged().filter(({ route }) => route === '/graphql');
    expect(lines[0]).toMatchObject({ operation: 'Greet', outcome: 'ok', status: 200 });
    expect(lines[2]).toMatchObject({ operation: 'Busy', outcome: 'OVERLOADED', status: 200 });
    expect(lines[5]).toMatchObject({ outcome: 'UNAUTHENTICATED', status: 401 });
  });
});

test('what is no GraphQL request at all is refused with a code of the list and the id of the request', async () => {
  for (const body of [
    {},
    { query: 7 },
    { query: '{ greeting }', variables: 'none' },
    { query: '{ greeting }', operationName: 7 },
  ]) {
    const response = await subgraph.post(client, body);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: expect.any(String),
          extensions: { code: 'BAD_REQUEST', requestId: response.headers.get('x-request-id') },
        },
      ],
    });
    expect(response.status).toBe(400);
  }
});
