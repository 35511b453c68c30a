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
import { createCheckOneTimeCode } from './domain/check-one-time-code.ts';
import { createCheckPhoneVerification } from './domain/check-phone-verification.ts';
import { createCodeHashes } from './domain/code-hash.ts';
import { createDeleteMessageTemplate } from './domain/delete-message-template.ts';
import { createFindMessageTemplates, createFindTemplateVersions } from './domain/find-message-templates.ts';
import { createJudgeGuess } from './domain/judge-guess.ts';
import { createPreviewMessage } from './domain/preview-message.ts';
import { createReadMessageStats } from './domain/read-message-stats.ts';
import { createAddressHash, createRecipientHash } from './domain/recipient-hash.ts';
import { createSealer } from './domain/seal.ts';
import { createSendMessage } from './domain/send-message.ts';
import { createSendOneTimeCode } from './domain/send-one-time-code.ts';
import { createSubjects } from './domain/send-subjects.ts';
import { createStartPhoneVerifications } from './domain/start-phone-verifications.ts';
import { createTakeEvents } from './domain/take-events.ts';
import { testNumbersOf } from './domain/test-numbers.ts';
import { createUpsertMessageTemplate } from './domain/upsert-message-template.ts';
import { createValidatePhoneNumbers } from './domain/validate-phone-numbers.ts';
import { observeSends } from './observe-sends.ts';
import { openWebhooks } from './open-webhooks.ts';
import { openProviderNews } from './provider-news.ts';
import { tellSubscribers } from './providers/breaker-subscribers.ts';
import { createContactLoaders, createContactSource } from './providers/profile-client.ts';
import { readTemplateFiles } from './providers/template-files.ts';
import type { Context } from './resolvers/context.ts';
import { resolvers } from './resolvers/index.ts';
import { addInboxRoutes } from './routes/inbox.ts';
import { addInboxRuleRoutes } from './routes/inbox-rules.ts';
import { addWebhookRoutes } from './routes/webhooks.ts';
import { sendRulesOf } from './send-settings.ts';
import { startDelivery } from './start-delivery.ts';
import { tellUntold } from './store/breaker-events.ts';
import { createChallengeStore } from './store/challenge-store.ts';
import { checkDatabase, openDatabase } from './store/database.ts';
import { createDeveloperInbox } from './store/developer-inbox.ts';
import { createEventStore } from './store/event-store.ts';
import { followPhonePolicy } from './store/followed-phone-policy.ts';
import { createAcceptanceCounter, createGuessStore } from './store/guess-store.ts';
import { openInboxFeed } from './store/inbox-feed.ts';
import { createInboxRules } from './store/inbox-rule-store.ts';
import { createLoaders } from './store/loaders.ts';
import { createMessageStatsStore } from './store/message-stats.ts';
import { createMessageStore } from './store/message-store.ts';
import { createSendLedger } from './store/send-ledger.ts';
import { createSuppressionStore } from './store/suppression-store.ts';
import { openTemplateCatalogue } from './store/template-catalogue.ts';
import { createTemplateArchive, readCurrentTemplates, seedTemplates } from './store/template-store.ts';
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
  const shipped = readTemplateFiles(templatesFolder);
  await seedTemplates(database, shipped.texts);

  const issuer = createTokenIssuer(settings.signingKey);
  const profile = createServiceClient('profile', settings.profileUrls, issuer, settings);
  const verifyToken = createTokenVerifier(settings.trustedKeys, 'messaging');
  const contacts = createContactSource(profile, settings.profileTimeoutMs);
  const contactLoader = createContactLoaders(contacts, settings.profileTimeoutMs);
  const hashes = createCodeHashes(settings.codeHmacKeys);
  const sealer = createSealer(settings.messageSealKey);
  const ledger = createSendLedger(sendRulesOf(settings), observeSends(database, metrics.registry, logger));
  const templates = openTemplateCatalogue({
    read: () => readCurrentTemplates(database),
    databaseUrl,
    logger,
    heartbeatMs: settings.templateHeartbeatMs,
  });
  const archive = createTemplateArchive(database, {
    maxTemplates: settings.templatesMax,
    onChange: () => templates.forget(),
  });
  const recipientHash = createRecipientHash(settings.numberHmacKey);
  const suppressions = createSuppressionStore(database, recipientHash);
  const testNumbers = testNumbersOf(settings);
  const followed = await followPhonePolicy({
    databaseUrl,
    database,
    logger,
    recipientHash,
    testNumbers,
    refreshMs: settings.phonePolicyRefreshMs,
  });
  const { policy: phonePolicy } = followed;
  const { defaultLocale } = settings;
  const shared = {
    ...{ templates, sealer, policy: phonePolicy, suppressions, defaultLocale },
    keyedHash: createKeyedHash(settings.idempotencyHmacKey),
  };
  const codes = {
    challenges: createChallengeStore(database, ledger),
    hashes,
    recipientHash,
    subjects: createSubjects(createAddressHash(settings.numberHmacKey), settings.prefixDigits),
    times: { lifetimeMs: settings.codeLifetimeMs, coolDownMs: settings.codeCoolDownMs },
    acceptances: createAcceptanceCounter(database, ledger),
    judgeGuess: createJudgeGuess({
      guesses: createGuessStore(database, ledger),
      hashes,
      rules: { maxTries: settings.codeMaxTries, budget: settings.guessBudget },
      guessWindowMs: settings.guessWindowMs,
    }),
  };
  const actions = {
    sendMessage: createSendMessage({
      ...shared,
      messages: createMessageStore(database),
      smsMaxSegments: settings.smsMaxSegments,
    }),
    validatePhoneNumbers: createValidatePhoneNumbers(shared),
    sendOneTimeCode: createSendOneTimeCode({ ...shared, ...codes }),
    checkOneTimeCode: createCheckOneTimeCode(codes),
    startPhoneVerifications: createStartPhoneVerifications({ ...shared, ...codes }),
    checkPhoneVerification: createCheckPhoneVerification(codes),
    readMessageStats: createReadMessageStats({ stats: createMessageStatsStore(database) }),
    findMessageTemplates: createFindMessageTemplates({ templates }),
    findTemplateVersions: createFindTemplateVersions({ archive }),
    previewMessage: createPreviewMessage({ templates, defaultLocale }),
    upsertMessageTemplate: createUpsertMessageTemplate({ archive, ownOperations: shipped.operations }),
    deleteMessageTemplate: createDeleteMessageTemplate({ archive }),
  };
  const takeEvents = createTakeEvents({
    events: createEventStore(database),
    templates,
    contacts,
    sealer,
    contactsTimeoutMs: settings.profileTimeoutMs,
    defaultLocale,
  });

  const telling = tellSubscribers({
    issuer,
    logger,
    subscribers: settings.breakerSubscribers,
    pollMs: settings.breakerPollMs,
    timeoutMs: settings.providerTimeoutMs,
    tellUntold: (name, deliver) => tellUntold(database, name, deliver, settings.providerTimeoutMs),
  });
  const news = openProviderNews(settings, database);
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
      addWebhookRoutes(routed, { readers: openWebhooks(settings), ...news });
      if (!feed) return;
      const inbox = createDeveloperInbox(database);
      addInboxRoutes(routed, {
        inbox,
        feed,
        verifyToken,
        heartbeatMs: settings.inboxHeartbeatMs,
        statusIntervalMs: settings.inboxStatusIntervalMs,
        longestWaitMs: settings.inboxLongestWaitMs,
      });
      addInboxRuleRoutes(routed, createInboxRules(database), verifyToken);
    },
  });
  const url = await app.listen({ host: settings.host, port: settings.port });

  return {
    url,
    drainTimeoutMs: settings.drainTimeoutMs,
    async close() {
      await app.close();
      await worker?.close();
      await telling.close();
      await feed?.close();
      await followed.close();
      await templates.close();
      await profile.close();
      await database.$disconnect();
    },
  };
}
