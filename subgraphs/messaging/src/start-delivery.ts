import { describeError, startSchedule } from '@atrium/service-kit';
import type { Logger } from 'pino';
import type { ChosenProviders } from './choose-providers.ts';
import { defaultProviderConcurrency, type MessagingSettings } from './config.ts';
import { countDeliveries, type Registry } from './delivery-metrics.ts';
import { createDeliverMessage } from './domain/deliver-message.ts';
import type { MessageProvider } from './domain/ports.ts';
import { ProviderLine } from './domain/provider-line.ts';
import { createQuietHours } from './domain/quiet-hours.ts';
import { createSealer } from './domain/seal.ts';
import type { Suppressions } from './domain/suppressions.ts';
import type { Database } from './store/database.ts';
import { createDeliveryStore } from './store/delivery-store.ts';
import { forgetDeadCodes } from './store/forget-dead-codes.ts';
import { forgetExpired } from './store/forget-expired.ts';
import { forgetFailedTexts } from './store/forget-failed-texts.ts';
import { createMessageStatsStore } from './store/message-stats.ts';
import { startWorker } from './worker.ts';

/** What a delivery worker is made of. */
export interface DeliveryParts {
  readonly database: Database;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly providers: ChosenProviders;
  readonly suppressions: Pick<Suppressions, 'isSuppressed'>;
}

/** Wires a delivery worker and starts it, in the service or in a process of its own. */
export async function startDelivery(
  settings: MessagingSettings,
  parts: DeliveryParts,
): Promise<{ close(): Promise<void> }> {
  const { database, logger, registry, providers, suppressions } = parts;
  const lines = openLines(settings, providers);
  const counted = countDeliveries(registry, [...new Set([...lines.SMS, ...lines.EMAIL])]);
  const deliver = createDeliverMessage({
    deliveries: createDeliveryStore(database),
    sealer: createSealer(settings.messageSealKey),
    lines,
    rules: {
      maxAttempts: settings.deliveryMaxAttempts,
      maxAgeMs: settings.deliveryMaxAgeMs,
      firstPauseMs: settings.deliveryFirstPauseMs,
      longestPauseMs: settings.deliveryLongestPauseMs,
    },
    quietHours: createQuietHours({
      usual: settings.quietHours,
      byCountry: settings.quietHoursByCountry,
      criticalOperations: new Set(settings.criticalOperations),
    }),
    suppressions,
  });
  const worker = await startWorker({
    databaseUrl: settings.databaseUrl,
    logger,
    concurrency: settings.deliveryConcurrency,
    rescueIntervalMs: settings.rescueIntervalMs,
    deliver: counted(deliver),
    async tidy() {
      await forgetExpired(database);
      await forgetDeadCodes(database, settings.deadCodeMemoryMs);
      await forgetFailedTexts(database, settings.failedTextLifetimeMs);
    },
  });
  const stats = createMessageStatsStore(database);
  const schedule = startSchedule(
    [{ name: 'message stats', everyMs: settings.rollUpEveryMs, run: () => stats.rollUp() }],
    (task, error) => logger.warn({ task, error: describeError(error) }, 'a scheduled task failed'),
  );
  return {
    async close() {
      await schedule.close();
      await worker.close();
      for (const line of [...lines.SMS, ...lines.EMAIL]) line.close();
      await Promise.all([...new Set([...providers.SMS, ...providers.EMAIL])].map((provider) => provider.close?.()));
    },
  };
}

/** One line for each provider: one that serves both channels is one, with one limit. */
function openLines(settings: MessagingSettings, providers: ChosenProviders) {
  const { providerConcurrencies, providerRates, providerBreakerFailures, providerBreakerProbeMs } = settings;
  const opened = new Map<MessageProvider, ProviderLine>();
  const toLine = (provider: MessageProvider): ProviderLine => {
    const line =
      opened.get(provider) ??
      new ProviderLine(provider, {
        concurrency: providerConcurrencies.get(provider.name) ?? defaultProviderConcurrency,
        ratePerSecond: providerRates.get(provider.name),
        breakerFailures: providerBreakerFailures,
        breakerProbeMs: providerBreakerProbeMs,
      });
    opened.set(provider, line);
    return line;
  };
  return { SMS: providers.SMS.map(toLine), EMAIL: providers.EMAIL.map(toLine) };
}
