import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { dataOf, send } from '../support/graphql-client.ts';
import { operation } from '../support/operations.ts';
import { startGateway } from '../support/own-gateway.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { startSmallGraph } from '../support/small-graph.ts';
import { sharedSystem } from '../support/test-system.ts';
import { waitFor } from '../support/wait-for.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);

const readMetrics = async () => (await fetch(`${system.gatewayUrl}/metrics`)).text();

/** The value of a series, by its name and labels as Prometheus writes them; zero where there is none. */
async function metric(series: string): Promise<number> {
  const lines = (await readMetrics()).split('\n');
  const line = lines.find((candidate) => candidate.startsWith(`atrium_gateway_${series} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

describe('the metrics of the gateway', () => {
  test('count requests by operation and outcome, and calls by subgraph', async () => {
    const { id } = await atrium.newUser(newPerson());
    const series = [
      'requests_total{operation="User",outcome="ok"}',
      'requests_total{operation="anonymous",outcome="GRAPHQL_VALIDATION_FAILED"}',
      'subgraph_duration_seconds_count{service="image",outcome="ok"}',
    ];
    const before = await Promise.all(series.map(metric));
    for (let i = 0; i < 3; i++) dataOf(await atrium.query(operation('user'), { id }));
    await atrium.query('{ nothingOfTheKind }', {});
    await waitFor('they are counted', async () => (await metric(series[1] ?? '')) === (before[1] ?? 0) + 1);
    const after = await Promise.all(series.map(metric));
    expect(after.map((value, index) => value - (before[index] ?? 0))).toEqual([3, 1, expect.any(Number)]);
    expect(after[2]).toBeGreaterThanOrEqual((before[2] ?? 0) + 3);
    for (const service of ['profile', 'image', 'messaging']) {
      expect(await readMetrics()).toMatch(
        new RegExp(`^atrium_gateway_breaker_state\\{service="${service}",instance="[^"]+"\\} 0$`, 'm'),
      );
    }
    expect(await metric('prepared_operations')).toBeGreaterThan(0);
    expect(await metric('requests_in_flight')).toBeLessThan(5);
    expect(await metric('fallbacks_total')).toBe(0);
  });
});

describe('a gateway that sends traces', () => {
  interface Span {
    name: string;
    traceId: string;
    spanId: string;
    parentSpanId?: string;
  }
  const spans: Span[] = [];
  let sent = '';
  const collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    sent += text;
    const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  afterAll(() => void collector.close());

  test('joins its caller’s trace, tells the log the same trace, and sends the last spans when it is stopped', async () => {
    await once(collector.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const graph = await startSmallGraph();
    const gateway = await startGateway(graph.supergraphSdl, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const query = 'query Person { person(id: "7") { name picture } }';
    const answer = await send(gateway.url, { traceparent: `00-${traceId}-b7ad6b7169203331-01` }, query);
    expect(dataOf(answer)).toEqual({ person: { name: 'name of 7', picture: 'picture of 7' } });
    expect(await gateway.stop()).toBe(0);
    await graph.close();

    // Neither the document nor a value of it is told.
    expect(sent).not.toMatch(/person|"7"/);
    const request = spans.find(({ name }) => name === 'query');
    expect(request).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' });
    const calls = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(calls.map(({ name }) => name).sort()).toEqual(['fetch people', 'fetch pictures']);
    expect(gateway.log()).toContain(`"traceparent":"00-${traceId}-${request?.spanId}-01"`);
  });
});
