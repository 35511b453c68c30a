import type { Subgraph } from '../execution/execution.ts';
import type { Metrics } from './metrics.ts';
import type { Traces } from './traces.ts';

/** The same subgraph, each of whose fetches is counted and, where there are traces, a span of its request. */
export function observeSubgraph(
  service: string,
  subgraph: Subgraph,
  { metrics, traces }: { metrics: Metrics; traces: Traces | undefined },
): Subgraph {
  return {
    fetch(fetch, context) {
      const start = performance.now();
      const span = traces?.fetch(service, context.request);
      const answer = subgraph.fetch(fetch, span ? { ...context, request: span.context } : context);
      return answer.then((answered) => {
        const outcome = answered.errors[0]?.code ?? 'ok';
        metrics.subgraph(service, outcome, performance.now() - start);
        span?.end(outcome);
        return answered;
      });
    },
  };
}
