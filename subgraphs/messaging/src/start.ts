import { readFileSync } from 'node:fs';
import {
  createKeyedHash,
  createLogger,
  createServiceClient,
  createTokenIssuer,
  createTokenVerifier,
  receiveEvents,
} from '@atrium/service-kit';
import { createServiceMetrics } from '@atrium/service-kit/metrics';
import { createSubgraph } from '@atrium/service-kit/subgraph';
import { chooseProviders } from './choose-providers.ts';
import type { MessagingSettings } from './config.ts';
import { createCheckPhoneVerification } from './domain/check-phone-verification.ts';
import { createKeyedHashes } from './domain/code-hash.ts';
import { createRecipientHash } from './domain/recipient-hash.ts';
import { createSealer } from './domain/seal.ts';
import { createSendMessage } from './domain/send-message.ts';
import { createStartPhoneVerifications } from './domain/start-phone-verifications.ts';
import { createTakeEvents } from './domain/take-events.ts';
import { createTestNumbers, noTestNumbers } from './domain/test-numbers.ts';
import { createValidatePhoneNumbers } from './domain/validate-phone-numbers.ts';
import { createContactLoaders, createContactSource } from './providers/profile-client.ts';
import { readTemplateFiles } from './providers/template-files.ts';
import type { Context } from './resolvers/context.ts';
import { resolvers } from './resolvers/index.ts';
import { addInboxRoutes } from './routes/inbox.ts';
import { startDelivery } from './start-delivery.ts';
import { createChallengeStore } from './store/challenge-store.ts';
import { checkDatabase, openDatabase } from './store/database.ts';
import { createDeveloperInbox } from './store/developer-inbox.ts';
import { createEventStore } from './store/event-store.ts';
import { followPhonePolicy } from './store/followed-phone-policy.ts';
import { openInboxFeed } from './store/inbox-feed.ts';
import { createLoaders } from './store/loaders.ts';
import { createMessageStore } from './store/message-store.ts';
import { createSuppressionStore } from './store/suppression-store.ts';
import { createTemplateStore, seedTemplates } from './store/template-store.ts';
import { migrateQueue } from './worker.ts';

/** A running Messaging. */
export interface Messaging {
  readonly url: string;
  readonly drainTimeoutMs: number;
  close(): Promise<void>;
}

const typeDefs = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
const templatesFolder = new URL('../templates/', import.meta.url).pathname;

/** Wires the service and starts it: the database's content first, then the worker, then the door. */
export async function startMessaging(settings: MessagingSettings): Promise<Messaging> {
  const { databaseUrl } = settings;
  const logger = createLogger('messaging', settings.logLevel);
  const metrics = createServiceMetrics(settings);
  const database = openDatabase(databaseUrl, settings.databaseConnections);
  await migrateQueue(databaseUrl, logger);
  await seedTemplates(database, readTemplateFiles(templatesFolder));

  const profile = createServiceClient(
    'profile',
    settings.profileUrls,
    createTokenIssuer(settings.signingKey),
    settings,
  );
  const verifyToken = createTokenVerifier(settings.trustedKeys, 'messaging');
  const contacts = createContactSource(profile, settings.profileTimeoutMs);
  const contactLoader = createContactLoaders(contacts, settings.profileTimeoutMs);
  const hashes = createKeyedHashes(settings.codeHmacKey);
  const sealer = createSealer(settings.messageSealKey);
  const templates = createTemplateStore(database);
  const challenges = createChallengeStore(database);
  const recipientHash = createRecipientHash(settings.numberHmacKey);
  const suppressions = createSuppressionStore(database, recipientHash);
  const testNumbers = settings.mode === 'development' ? createTestNumbers(settings.testNumberCode) : noTestNumbers;
  const followed = await followPhonePolicy({
    databaseUrl,
    database,
    logger,
    recipientHash,
    testNumbers,
    refreshMs: settings.phonePolicyRefreshMs,
  });
  const { policy: phonePolicy } = followed;
  const shared = { templates, sealer, policy: phonePolicy, suppressions };
  const actions = {
    sendMessage: createSendMessage({
      ...shared,
      messages: createMessageStore(database),
      keyedHash: createKeyedHash(settings.idempotencyHmacKey),
    }),
    validatePhoneNumbers: createValidatePhoneNumbers(shared),
    startPhoneVerifications: createStartPhoneVerifications({
      ...shared,
      challenges,
      hashes,
      codeLifetimeMs: settings.codeLifetimeMs,
    }),
    checkPhoneVerification: createCheckPhoneVerification({ challenges, hashes, maxTries: settings.codeMaxTries }),
  };
  const takeEvents = createTakeEvents({
    events: createEventStore(database),
    templates,
    contacts,
    sealer,
    contactsTimeoutMs: settings.profileTimeoutMs,
  });

  const worker =
    settings.deliveryWorker === 'inside'
      ? await startDelivery(settings, {
          database,
          logger,
          registry: metrics.registry,
          providers: await chooseProviders(settings, database, testNumbers),
          suppressions,
        })
      : undefined;
  const feed = settings.mode === 'development' ? openInboxFeed(databaseUrl) : undefined;

  const app = await createSubgraph<Context>({
    logger,
    bodyLimitBytes: settings.bodyLimitBytes,
    metrics,
    admission: settings,
    requestBudgetMs: settings.requestBudgetMs,
    ready: () => checkDatabase(database),
    typeDefs,
    resolvers,
    verifyToken,
    context(base) {
      const contact = contactLoader(base.request);
      return {
        ...base,
        actions,
        phonePolicy,
        loaders: createLoaders(database),
        findContact: (userId) => contact.load(userId),
      };
    },
    routes(routed) {
      receiveEvents(routed, verifyToken, takeEvents);
      if (!feed) return;
      const inbox = createDeveloperInbox(database);
      addInboxRoutes(routed, { inbox, feed, verifyToken, heartbeatMs: settings.inboxHeartbeatMs });
    },
  });
  const url = await app.listen({ host: settings.host, port: settings.port });

  return {
    url,
    drainTimeoutMs: settings.drainTimeoutMs,
    async close() {
      await app.close();
      await worker?.close();
      await feed?.close();
      await followed.close();
      await profile.close();
      await database.$disconnect();
    },
  };
}
