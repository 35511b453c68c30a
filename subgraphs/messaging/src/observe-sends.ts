import { byLabel, openSeries, type Registry } from '@atrium/service-kit/metrics';
import type { Logger } from 'pino';
import type { SendObserver } from './domain/ports.ts';
import type { Database } from './store/database.ts';
import { findOpenBreakers } from './store/send-breakers.ts';

/** Shows an operator what budgets and breakers do: in metrics, and a log line for each breaker that opens or closes. */
export function observeSends(database: Database, registry: Registry, logger: Logger): SendObserver {
  const refusals: Record<string, number> = {};
  const changes: Record<string, number> = { open: 0, closed: 0 };
  const series = openSeries(registry, 'atrium_messaging_');
  series.counter('sends_refused_total', 'Codes that were put off, by what had no room for them', ['by'], () =>
    byLabel('by', refusals),
  );
  series.counter('breaker_changes_total', 'Breakers of prefixes and countries that opened or closed', ['state'], () =>
    byLabel('state', changes),
  );
  const help = 'Breakers of prefixes and countries that are open at the moment, in all processes';
  series.gauge('breakers_open', help, ['kind'], async () => {
    const open = await findOpenBreakers(database);
    const count = (kind: string) => open.filter((breaker) => breaker.kind === kind).length;
    return byLabel('kind', { prefix: count('prefix'), country: count('country') });
  });
  return {
    refused(by) {
      refusals[by] = (refusals[by] ?? 0) + 1;
    },
    breakerChanged({ state, ...change }) {
      changes[state] = (changes[state] ?? 0) + 1;
      if (state === 'open') logger.warn(change, 'a breaker opened: codes are hardly verified any more');
      else logger.info(change, 'a breaker closed');
    },
  };
}
