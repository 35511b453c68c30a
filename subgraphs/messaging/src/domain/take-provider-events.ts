import type { ProviderEvent, ProviderEventStore, SuppressionList } from './provider-event.ts';

/** Takes what a provider tells. */
export type TakeProviderEvents = (provider: string, events: ProviderEvent[]) => Promise<void>;

/**
 * Makes the action that takes news of a provider, each once however often it is told, and in any order. Recipients come
 * first: should this process die between the two, the provider tells it all again.
 */
export function createTakeProviderEvents(parts: {
  events: ProviderEventStore;
  suppressions: SuppressionList;
}): TakeProviderEvents {
  return async (provider, told) => {
    const fresh = await parts.events.findNew(provider, told);
    const suppressed = fresh.flatMap(({ suppress }) => (suppress ? { ...suppress, source: provider } : []));
    const lifted = fresh.flatMap(({ lift }) => lift ?? []);
    if (suppressed.length > 0) await parts.suppressions.add(suppressed);
    if (lifted.length > 0) await parts.suppressions.remove(lifted);
    await parts.events.take(provider, fresh);
  };
}
