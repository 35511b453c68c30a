import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createLogger,
  createServiceClient,
  createTokenIssuer,
  createTokenVerifier,
  type Deliver,
  describeError,
  type Running,
  startSchedule,
} from '@atrium/service-kit';
import { createServiceMetrics } from '@atrium/service-kit/metrics';
import { createSubgraph } from '@atrium/service-kit/subgraph';
import { registerCacheMetrics } from './cache/cache-metrics.ts';
import { loadOnce } from './cache/load-once.ts';
import { openUserCache } from './cache/open-user-cache.ts';
import { writeUsersThrough, writeVerificationsThrough } from './cache/write-through.ts';
import type { ProfileSettings } from './config.ts';
import { deliverEventsTo, deliverToMessaging } from './domain/deliver-outbox.ts';
import { createIdempotency } from './domain/idempotency.ts';
import type { LeasedRecord } from './domain/outbox-record.ts';
import { startOutboxWorker } from './domain/outbox-worker.ts';
import type { Dependencies } from './domain/ports.ts';
import { subscriptionsOf } from './domain/subscriptions.ts';
import { createTakenAnswers } from './domain/taken-answers.ts';
import { createUserCursors } from './domain/user-cursors.ts';
import { createEventDelivery } from './providers/events.ts';
import { createMessaging } from './providers/messaging.ts';
import { openSubscribers } from './providers/subscribers.ts';
import type { Context } from './resolvers/context.ts';
import { resolvers } from './resolvers/index.ts';
import { openDatabase } from './store/client.ts';
import { createOutboxStore } from './store/outbox.ts';
import { createUserDirectory } from './store/search/directory.ts';
import { forgetWords } from './store/search/forget-words.ts';
import { createTakenAnswerStore } from './store/taken-answers.ts';
import { forgetTombstones } from './store/tombstones.ts';
import { createUserStatsStore } from './store/user-stats.ts';
import { createUserStore } from './store/users.ts';
import { createVerificationStore } from './store/verifications.ts';

/** Profile, listening at `url`. */
export interface Profile extends Running {
  readonly url: string;
  readonly drainTimeoutMs: number;
}

/** Wires Profile together and starts it: the HTTP server, and the outbox worker in the same process. */
export async function startProfile(settings: ProfileSettings): Promise<Profile> {
  const { host, port, drainTimeoutMs } = settings;
  const logger = createLogger('profile', settings.logLevel);
  const database = openDatabase(settings.databaseUrl, settings.databaseConnections);
  // Lists and searches have connections of their own: however long they take, users are read and written meanwhile.
  const searchDatabase = openDatabase(settings.databaseUrl, settings.searchConnections, {
    statementTimeoutMs: settings.searchTimeoutMs,
  });
  const issuer = createTokenIssuer(settings.signingKey);
  const sister = (name: string, urls: readonly string[]) =>
    createServiceClient(name, urls, issuer, { ...settings, onRecover: () => worker.wakeDestination(name) });
  const metrics = createServiceMetrics(settings);
  const clients = {
    messaging: sister('messaging', settings.messagingUrls),
    image: sister('image', settings.imageUrls),
  };
  const subscriptions = subscriptionsOf(settings.eventSubscribers);
  const lifetimes = { claimMs: settings.claimLifetimeMs, idempotencyMs: settings.idempotencyLifetimeMs };
  const stored = createUserStore(database, lifetimes, subscriptions, { maxWaiting: settings.writeBufferSize });
  const { cache, ...caching } = openUserCache(settings, stored, logger);
  registerCacheMetrics(metrics.registry, cache);
  const users = writeUsersThrough(stored, cache);
  const verifications = writeVerificationsThrough(createVerificationStore(database, subscriptions), cache);
  const userStats = createUserStatsStore(database);
  const outbox = createOutboxStore(database);
  const takenStore = createTakenAnswerStore(database, {
    number: { answers: settings.takenNumberAnswers, windowMs: settings.takenNumberWindowMs },
    caller: { answers: settings.takenCallerAnswers, windowMs: settings.takenCallerWindowMs },
  });
  const messagingFor = (timeoutMs: number) =>
    createMessaging(clients.messaging, { timeoutMs, maxBatchSize: settings.batchSize });

  const timeoutMs = settings.outboxTimeoutMs;
  // Longer than a round takes; what a second worker offers again all the same has no second effect.
  const leaseMs = 6 * timeoutMs;
  const messaging = messagingFor(timeoutMs);
  const wakeOutbox: Dependencies['wakeOutbox'] = (type) => worker.wake(type);
  const parts = { users, verifications, outbox, messaging, wakeOutbox, timeoutMs, patienceMs: leaseMs / 2 };
  const further = openSubscribers(settings, issuer, (name) => worker.wakeDestination(name));
  const worker = startOutboxWorker(
    outbox,
    new Map([
      ['messaging', deliverToMessaging(parts, createEventDelivery(clients.messaging, timeoutMs))],
      ['image', deliverEventsTo(parts, createEventDelivery(clients.image, timeoutMs))],
      ...further.map(([name, client]): [string, Deliver<LeasedRecord>] => [
        name,
        deliverEventsTo(parts, createEventDelivery(client, timeoutMs)),
      ]),
    ]),
    subscriptions,
    {
      pollMs: settings.outboxPollMs,
      maxBackoffMs: settings.outboxMaxBackoffMs,
      maxRefusedBackoffMs: settings.outboxMaxRefusedBackoffMs,
      maxRefusals: settings.outboxMaxRefusals,
      leaseMs,
      batchSize: settings.outboxBatchSize,
    },
    ({ reason, ...fault }) => logger.warn({ ...fault, error: describeError(reason) }, 'outbox'),
  );
  const dependencies: Dependencies = {
    users,
    directory: createUserDirectory(searchDatabase),
    cursors: createUserCursors(settings.idempotencyKey),
    verifications,
    userStats,
    messaging: messagingFor(settings.stepTimeoutMs),
    idempotency: createIdempotency(settings.idempotencyKey),
    takenAnswers: createTakenAnswers(takenStore, settings.idempotencyKey),
    limits: { createTimeoutMs: settings.createTimeoutMs, resendCoolDownMs: settings.resendCoolDownMs },
    wakeOutbox,
  };
  const everyMs = settings.cleanUpEveryMs;
  const schedule = startSchedule(
    [
      { name: 'idempotency keys', everyMs, run: () => users.forgetExpiredKeys() },
      { name: 'taken answers', everyMs, run: () => takenStore.forgetTaken() },
      { name: 'tombstones', everyMs, run: () => forgetTombstones(database, settings.tombstoneLifetimeMs) },
      { name: 'dead letters', everyMs, run: () => outbox.layAside(settings.outboxMaxAgeMs) },
      { name: 'words', everyMs: settings.forgetWordsEveryMs, run: () => forgetWords(database) },
      { name: 'user stats', everyMs: settings.rollUpEveryMs, run: () => userStats.rollUp() },
    ],
    (task, error) => logger.warn({ task, error: describeError(error) }, 'clean-up failed'),
  );

  const app = await createSubgraph<Context>({
    typeDefs: readFileSync(join(import.meta.dirname, '..', 'schema.graphql'), 'utf8'),
    resolvers,
    logger,
    verifyToken: createTokenVerifier(settings.trustedKeys, 'profile'),
    bodyLimitBytes: settings.bodyLimitBytes,
    metrics,
    admission: settings,
    requestBudgetMs: settings.requestTimeoutMs,
    ready: () => database.$queryRaw`SELECT 1`,
    context: (base) => ({ ...base, dependencies, loadUser: loadOnce(cache) }),
  });

  async function close(): Promise<void> {
    await app.close();
    await schedule.close();
    await worker.close();
    await caching.close();
    await Promise.all(
      [...Object.values(clients), ...further.map(([, client]) => client)].map((client) => client.close()),
    );
    await Promise.all([database.$disconnect(), searchDatabase.$disconnect()]);
  }
  try {
    return { url: await app.listen({ host, port }), drainTimeoutMs, close };
  } catch (error) {
    await close();
    throw error;
  }
}
