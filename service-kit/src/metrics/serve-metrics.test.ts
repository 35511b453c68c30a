import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createHostCheck } from '../host-check.ts';
import { createHttpServer } from '../http-server.ts';
import { readSeries } from '../testing/prometheus.ts';
import { type MetricsAccess, serveMetrics } from './serve-metrics.ts';
import { createServiceMetrics } from './service-metrics.ts';

describe('GET /metrics', () => {
  let app: FastifyInstance;
  afterEach(() => app.close());

  async function read(access: Partial<MetricsAccess>, headers: Record<string, string> = {}): Promise<Response> {
    app = createHttpServer({
      logger: pino({ level: 'silent' }),
      bodyLimitBytes: 1_000,
      requestBudgetMs: 1_000,
      ready: async () => {},
    });
    const hostAllowed = createHostCheck('https://atrium.example');
    serveMetrics(app, createServiceMetrics({ mode: 'production', metricsToken: undefined }).registry, {
      development: false,
      token: undefined,
      hostAllowed,
      ...access,
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const response = await fetch(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}/metrics`, { headers });
    // Read to its end, because the server is closed next.
    return new Response(await response.text(), response);
  }

  test('answers in Prometheus’s text format to the bearer of the token', async () => {
    const response = await read({ token: 'a-token' }, { authorization: 'Bearer a-token' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(readSeries(await response.text()).size).toBeGreaterThan(20);
  });

  test.each([undefined, 'Bearer another', 'Bearer a-token-and-more', 'Basic a-token', 'a-token'])(
    'answers 401 in production to %p, from this machine too',
    async (authorization) => {
      const response = await read({ token: 'a-token' }, authorization === undefined ? {} : { authorization });
      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain('process_');
    },
  );

  test('is not there in production without a token', async () => {
    expect((await read({}, { authorization: 'Bearer undefined' })).status).toBe(404);
  });

  test('is open in development, though not to a page whose name was pointed at this machine', async () => {
    expect((await read({ development: true })).status).toBe(200);
    await app.close();
    const rebound = await read({ development: true, hostAllowed: () => false });
    expect(rebound.status).toBe(401);
  });
});
