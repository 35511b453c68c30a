import type { MessagingSettings } from './config.ts';

import type { ProviderEventStore, SuppressionList } from './domain/provider-event.ts';
import { createRecipientHash } from './domain/recipient-hash.ts';
import { createTakeProviderEvents, type TakeProviderEvents } from './domain/take-provider-events.ts';
import type { Database } from './store/database.ts';
import { createProviderEventStore } from './store/provider-event-store.ts';
import { createSuppressionStore } from './store/suppression-store.ts';

/** What takes the news of providers, in the service and in every worker. */
export interface ProviderNews {
  readonly events: ProviderEventStore;
  readonly suppressions: SuppressionList;
  readonly take: TakeProviderEvents;
}

/** Opens it over the database. */
export function openProviderNews(settings: Pick<MessagingSettings, 'numberHmacKey'>, database: Database): ProviderNews {
  const events = createProviderEventStore(database);
  const suppressions = createSuppressionStore(database, createRecipientHash(settings.numberHmacKey));
  return { events, suppressions, take: createTakeProviderEvents({ events, suppressions }) };
}
