import { setTimeout as pause } from 'node:timers/promises';
import {
  backgroundContext,
  createServiceClient,
  describeError,
  type EventSubscriber,
  type ServiceClient,
  type TokenIssuer,
} from '@atrium/service-kit';
import type { Logger } from 'pino';
import type { BreakerEvent, breakerEventTypes } from '../domain/send-breaker.ts';

type BreakerSubscriber = EventSubscriber<(typeof breakerEventTypes)[number]>;

/** How breakers are told. */
export interface TellingOptions {
  readonly subscribers: readonly BreakerSubscriber[];
  readonly issuer: TokenIssuer;
  readonly logger: Logger;
  readonly pollMs: number;
  readonly timeoutMs: number;
  /** Hands over what a subscriber was not told yet; answers how much that was. */
  readonly tellUntold: (subscriber: string, deliver: (events: BreakerEvent[]) => Promise<void>) => Promise<number>;
}

/** Tells each subscriber by a loop of its own, at least once and in order, so that a dead one delays nobody else. */
export function tellSubscribers(options: TellingOptions): { close(): Promise<void> } {
  const closing = new AbortController();
  const loops = options.subscribers.map((subscriber) => tellOne(subscriber, options, closing.signal));
  return {
    async close() {
      closing.abort();
      await Promise.all(loops);
    },
  };
}

async function tellOne(
  { name, url, types }: BreakerSubscriber,
  { issuer, logger, pollMs, timeoutMs, tellUntold }: TellingOptions,
  signal: AbortSignal,
): Promise<void> {
  const client = createServiceClient(name, url, issuer, { eventsPath: '' });
  while (!signal.aborted) {
    try {
      while ((await tellUntold(name, deliverBy(client, types, timeoutMs))) > 0);
    } catch (error) {
      logger.warn({ subscriber: name, error: describeError(error) }, 'cannot tell of breakers');
    }
    await pause(pollMs, undefined, { signal }).catch(() => undefined);
  }
  await client.close();
}

function deliverBy(client: ServiceClient, types: readonly string[], timeoutMs: number) {
  return async (events: BreakerEvent[]): Promise<void> => {
    const wanted = events.map(toCloudEvent).filter(({ type }) => types.includes(type));
    if (wanted.length > 0) await client.deliver(wanted, { context: backgroundContext(timeoutMs), timeoutMs });
  };
}

function toCloudEvent({ id, kind, key, state, happenedAt, byOperator, baseline, sent, verified }: BreakerEvent) {
  return {
    specversion: '1.0',
    id,
    source: '/messaging',
    type: state === 'open' ? 'breaker.opened' : 'breaker.closed',
    subject: `${kind}/${key}`,
    time: happenedAt.toISOString(),
    datacontenttype: 'application/json',
    data: { kind, key, baseline, sent, verified, byOperator },
  };
}
