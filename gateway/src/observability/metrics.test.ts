import { readSeries, seriesOf } from '@atrium/service-kit/testing/prometheus';
import { describe, expect, test } from '@jest/globals';
import { createMetrics } from './metrics.ts';

/** The series of one of our metrics, without the common beginning of their names. */
function ours(series: Map<string, number>, name: string): Record<string, number> {
  return seriesOf(series, `atrium_gateway_${name}`);
}

describe('the metrics', () => {
  test('count requests by operation and outcome, and the time they took', async () => {
    const metrics = createMetrics();
    for (let i = 0; i < 7; i++) metrics.requestBegan();
    metrics.request('User', 'ok', 3);
    metrics.request('User', 'ok', 3);
    metrics.request('User', 'UNAVAILABLE', 400);
    metrics.request(undefined, 'ok', 0.1);
    metrics.request('CreateUser', 'BAD_USER_INPUT', 60_000);
    const series = readSeries(await metrics.registry.metrics());
    expect(ours(series, 'requests_total')).toEqual({
      '{operation="User",outcome="ok"}': 2,
      '{operation="User",outcome="UNAVAILABLE"}': 1,
      '{operation="anonymous",outcome="ok"}': 1,
      '{operation="CreateUser",outcome="BAD_USER_INPUT"}': 1,
    });
    expect(ours(series, 'operation_duration_seconds_total')['{operation="User"}']).toBeCloseTo(0.406);
    expect(ours(series, 'requests_in_flight')).toEqual({ '': 2 });
    expect(ours(series, 'request_duration_seconds_bucket')).toMatchObject({
      '{le="0.0005"}': 1,
      '{le="0.002"}': 1,
      '{le="0.005"}': 3,
      '{le="0.2"}': 3,
      '{le="0.5"}': 4,
      '{le="10"}': 4,
      '{le="+Inf"}': 5,
    });
    expect(ours(series, 'request_duration_seconds_count')).toEqual({ '': 5 });
    expect(ours(series, 'request_duration_seconds_sum')['']).toBeCloseTo(60.4061);
  });

  test('tell of subgraphs, plans, limits, rates, reloads and breakers', async () => {
    const metrics = createMetrics();
    metrics.subgraph('profile', 'ok', 1);
    metrics.subgraph('profile', 'TIMEOUT', 5_000);
    metrics.subgraph('image', 'ok', 15);
    metrics.planned(8);
    metrics.preparedOperation('miss');
    metrics.preparedOperation('hit');
    metrics.preparedOperation('hit');
    metrics.fallback();
    metrics.limit('depth');
    metrics.rateLimited('key');
    metrics.reload('ok');
    metrics.reload('refused');
    metrics.read({ preparedOperations: () => 12, supergraphId: () => 'a1b2' });
    metrics.read({
      breakers: () => [
        { service: 'image', instance: '0', state: 'open' },
        { service: 'image', instance: '1', state: 'half-open' },
        { service: 'profile', instance: '0', state: 'closed' },
      ],
    });
    const series = readSeries(await metrics.registry.metrics());
    expect(ours(series, 'subgraph_duration_seconds_count')).toEqual({
      '{service="profile",outcome="ok"}': 1,
      '{service="profile",outcome="TIMEOUT"}': 1,
      '{service="image",outcome="ok"}': 1,
    });
    expect(ours(series, 'plan_duration_seconds_count')).toEqual({ '': 1 });
    expect(ours(series, 'prepared_operation_lookups_total')).toEqual({ '{result="hit"}': 2, '{result="miss"}': 1 });
    expect(ours(series, 'prepared_operations')).toEqual({ '': 12 });
    expect(ours(series, 'fallbacks_total')).toEqual({ '': 1 });
    expect(ours(series, 'limits_met_total')).toEqual({ '{limit="depth"}': 1 });
    expect(ours(series, 'rate_limited_total')).toEqual({ '{by="key"}': 1, '{by="address"}': 0 });
    expect(ours(series, 'supergraph_reloads_total')).toEqual({ '{result="ok"}': 1, '{result="refused"}': 1 });
    expect(ours(series, 'supergraph_info')).toEqual({ '{id="a1b2"}': 1 });
    expect(ours(series, 'breaker_state')).toEqual({
      '{service="image",instance="0"}': 2,
      '{service="image",instance="1"}': 1,
      '{service="profile",instance="0"}': 0,
    });
    expect(series.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(series.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
  });

  test('stay bounded whatever names clients give, and keep those that the operator knows', async () => {
    const metrics = createMetrics();
    for (let i = 0; i < 5_000; i++) metrics.request(`Name${i}`, 'ok', 1);
    for (let i = 0; i < 5_000; i++) metrics.limit(`limit${i}`);
    metrics.know(['Known']);
    metrics.request('Known', 'ok', 1);
    const series = readSeries(await metrics.registry.metrics());
    const requests = ours(series, 'requests_total');
    expect(Object.keys(requests)).toHaveLength(202);
    expect(requests['{operation="other",outcome="ok"}']).toBe(4_800);
    expect(requests['{operation="Known",outcome="ok"}']).toBe(1);
    expect(Object.keys(ours(series, 'limits_met_total'))).toHaveLength(51);
  });
});
