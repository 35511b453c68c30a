import { createLogger } from '@atrium/service-kit';
import { createHttpServer } from '@atrium/service-kit/http-server';
import { createServiceMetrics, serveMetrics } from '@atrium/service-kit/metrics';
import { chooseProviders } from '../choose-providers.ts';
import type { MessagingSettings } from '../config.ts';
import { createRecipientHash } from '../domain/recipient-hash.ts';
import { testNumbersOf } from '../domain/test-numbers.ts';
import { startDelivery } from '../start-delivery.ts';
import { checkDatabase, openDatabase } from '../store/database.ts';
import { createSuppressionStore } from '../store/suppression-store.ts';
import { migrateQueue } from '../worker.ts';

/**
 * Starts a process that delivers and does nothing else; any number of them may run beside the service, which then needs
 * no worker of its own. It shows its health and metrics over HTTP.
 */
export async function startWorkerProcess(
  settings: MessagingSettings,
  choose: typeof chooseProviders = chooseProviders,
) {
  const logger = createLogger('messaging-worker', settings.logLevel);
  const { registry, access } = createServiceMetrics(settings);
  const database = openDatabase(settings.databaseUrl, settings.databaseConnections);
  await migrateQueue(settings.databaseUrl, logger);
  const testNumbers = testNumbersOf(settings);
  const worker = await startDelivery(settings, {
    database,
    logger,
    registry,
    providers: await choose(settings, database, testNumbers),
    suppressions: createSuppressionStore(database, createRecipientHash(settings.numberHmacKey)),
  });
  const app = createHttpServer({
    logger,
    bodyLimitBytes: settings.bodyLimitBytes,
    requestBudgetMs: settings.requestBudgetMs,
    ready: () => checkDatabase(database),
  });
  serveMetrics(app, registry, access);
  await app.listen({ host: settings.host, port: settings.workerPort });
  return {
    drainTimeoutMs: settings.drainTimeoutMs,
    async close() {
      await worker.close();
      await app.close();
      await database.$disconnect();
    },
  };
}
