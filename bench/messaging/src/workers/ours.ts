import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '@atrium/service-kit';
import { createServiceMetrics } from '@atrium/service-kit/metrics';
import { readConfig } from '../../../../subgraphs/messaging/src/config.ts';
import { createRecipientHash } from '../../../../subgraphs/messaging/src/domain/recipient-hash.ts';
import { startDelivery } from '../../../../subgraphs/messaging/src/start-delivery.ts';
import { openDatabase } from '../../../../subgraphs/messaging/src/store/database.ts';
import { createSuppressionStore } from '../../../../subgraphs/messaging/src/store/suppression-store.ts';
import { takeWork } from './take-work.ts';

// Messaging's own worker as it runs in the service, with a provider in its process that takes whatever it is handed.
takeWork(async ({ databaseUrl, providerMs }, handled) => {
  const settings = readConfig({ ...process.env, DATABASE_URL: databaseUrl });
  const provider = {
    name: 'bench',
    async send() {
      if (providerMs > 0) await pause(providerMs);
      handled();
      return { kind: 'accepted', providerMessageId: null } as const;
    },
  };
  const database = openDatabase(databaseUrl, settings.databaseConnections);
  await startDelivery(settings, {
    database,
    suppressions: createSuppressionStore(database, createRecipientHash(settings.numberHmacKey)),
    logger: createLogger('messaging', settings.logLevel),
    registry: createServiceMetrics(settings).registry,
    providers: { SMS: [], EMAIL: [provider] },
  });
});
