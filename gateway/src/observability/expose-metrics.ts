import { Counter, collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { BreakerState, Counts, MetricSources } from './metrics.ts';
import { PlainHistogram } from './plain-histogram.ts';

type Labels = Record<string, string>;
type Series = Iterable<readonly [Labels, number]>;

const prefix = 'atrium_gateway_';
const breakerStates: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

/** Shows counts and sources in a registry, under the names that dashboards and alarms build on. */
export function exposeMetrics(registry: Registry, counts: Counts, sources: Partial<MetricSources>): void {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[], read: () => Series) =>
    void new Counter({
      name: prefix + name,
      help,
      labelNames,
      registers,
      collect() {
        fill(this, read());
      },
    });
  const gauge = (name: string, help: string, labelNames: string[], read: () => Series) =>
    void new Gauge({
      name: prefix + name,
      help,
      labelNames,
      registers,
      collect() {
        fill(this, read());
      },
    });
  const histogram = (name: string, help: string, read: ConstructorParameters<typeof PlainHistogram>[1]) =>
    void new PlainHistogram({ name: prefix + name, help, registers }, read);

  counter('requests_total', 'Requests by operation and outcome.', ['operation', 'outcome'], function* () {
    for (const [operation, { outcomes }] of operations(counts)) {
      for (const [outcome, count] of outcomes) yield [{ operation, outcome }, count];
    }
  });
  counter('operation_duration_seconds_total', 'Time spent on requests by operation.', ['operation'], function* () {
    for (const [operation, { durationSeconds }] of operations(counts)) {
      if (durationSeconds > 0) yield [{ operation }, durationSeconds];
    }
  });
  histogram('request_duration_seconds', 'Time from a request to its answer.', () => [[{}, counts.requests]]);
  gauge('requests_in_flight', 'Requests that are not answered yet.', [], () => [[{}, counts.requestsInFlight]]);
  counter('prepared_operation_lookups_total', 'Prepared operations looked up.', ['result'], () =>
    byKey('result', counts.lookups),
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
  counter('rate_limited_total', 'Requests refused for their rate.', ['by'], () => byKey('by', counts.rateLimited));
  counter('supergraph_reloads_total', 'New supergraphs by result.', ['result'], () => byKey('result', counts.reloads));

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

function* operations({ operations, anonymous }: Counts) {
  yield* operations;
  yield ['anonymous', anonymous] as const;
}

function fill(metric: Counter | Gauge, series: Series): void {
  metric.reset();
  for (const [labels, value] of series) metric.inc(labels, value);
}

function byKey(label: string, counts: Record<string, number>): Series {
  return Object.entries(counts).map(([key, count]) => [{ [label]: key }, count]);
}
