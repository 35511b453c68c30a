import { byLabel, openSeries, type Registry } from '@atrium/service-kit/metrics';
import type { DeliveryOutcome } from './domain/deliver-message.ts';
import type { LineState, ProviderLine } from './domain/provider-line.ts';

export type { Registry };

const states: Record<LineState, number> = { open: 0, probed: 1, closed: 2 };

/** Shows how providers stand, and gives what counts the outcomes of a delivery. */
export function countDeliveries(registry: Registry, lines: readonly ProviderLine[]) {
  const series = openSeries(registry, 'atrium_messaging_');
  const outcomes: Partial<Record<DeliveryOutcome, number>> = {};
  const each = (value: (line: ProviderLine) => number) => () =>
    lines.map((line) => [{ provider: line.provider.name }, value(line)] as const);
  series.counter('deliveries_total', 'Looks at a queued message, by what came of them', ['outcome'], () =>
    byLabel('outcome', outcomes),
  );
  series.gauge(
    'provider_state',
    '0 open, 1 tried by one message, 2 left alone',
    ['provider'],
    each((line) => states[line.state]),
  );
  series.gauge(
    'provider_running',
    'Messages that the provider is handed at the moment',
    ['provider'],
    each((line) => line.load.running),
  );
  series.gauge(
    'provider_waiting',
    'Messages that wait for their turn with it',
    ['provider'],
    each((line) => line.load.waiting),
  );

  return (deliver: (messageId: string) => Promise<DeliveryOutcome>) => async (messageId: string) => {
    const outcome = await deliver(messageId);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    return outcome;
  };
}
