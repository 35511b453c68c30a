import { byLabel, openSeries, type Registry } from '@atrium/service-kit/metrics';
import { collectDefaultMetrics } from 'prom-client';
import type { BreakerState, Counts, MetricSources } from './metrics.ts';

const breakerStates: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

/** Shows counts and sources in a registry, under the names that dashboards and alarms build on. */
export function exposeMetrics(registry: Registry, counts: Counts, sources: Partial<MetricSources>): void {
  const series = openSeries(registry, 'atrium_gateway_');
  const { counter, gauge, histogram } = series;
  counts.requests.expose(series);
  counter('prepared_operation_lookups_total', 'Prepared operations looked up.', ['result'], () =>
    byLabel('result', counts.lookups),
  );
  histogram('plan_duration_seconds', 'Time to plan and compile an operation.', () => [[{}, counts.planning]]);
  counter('fallbacks_total', 'Executions by @apollo/gateway.', [], () => [[{}, counts.fallbacks]]);
  histogram('subgraph_duration_seconds', 'Time of a fetch by service and outcome.', function* () {
    for (const [service, tally] of counts.subgraphs) {
      for (const [outcome, observations] of tally) yield [{ service, outcome }, observations];
    }
  });
  counter('limits_met_total', 'Requests refused by a limit.', ['limit'], function* () {
    for (const [limit, { count }] of counts.limits) if (count > 0) yield [{ limit }, count];
  });
  counter('rate_limited_total', 'Requests refused for their rate.', ['by'], () => byLabel('by', counts.rateLimited));
  counter('supergraph_reloads_total', 'New supergraphs by result.', ['result'], () =>
    byLabel('result', counts.reloads),
  );

  gauge('prepared_operations', 'Operations kept prepared.', [], () => [[{}, sources.preparedOperations?.() ?? 0]]);
  gauge('registered_operation_bytes', 'Memory for operations that clients registered.', [], () => [
    [{}, sources.registeredOperationBytes?.() ?? 0],
  ]);
  gauge('body_bytes_in_flight', 'Request bodies held.', [], () => [[{}, sources.bodyBytesInFlight?.() ?? 0]]);
  gauge('supergraph_info', 'The supergraph that is served.', ['id'], () => {
    const id = sources.supergraphId?.();
    return id === undefined ? [] : [[{ id }, 1]];
  });
  gauge('breaker_state', '0 asked, 1 probed, 2 left alone.', ['service', 'instance'], function* () {
    for (const { service, instance, state } of sources.breakers?.() ?? []) {
      yield [{ service, instance }, breakerStates[state]];
    }
  });
  collectDefaultMetrics({ register: registry });
}
