import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createLogger,
  createServiceClient,
  createTokenIssuer,
  createTokenVerifier,
  describeError,
  type Running,
} from '@atrium/service-kit';
import { createSubgraph } from '@atrium/service-kit/subgraph';
import type { ProfileSettings } from './config.ts';
import { deliverEventsTo, deliverToMessaging } from './domain/deliver-outbox.ts';
import { createIdempotency } from './domain/idempotency.ts';
import { startOutboxWorker } from './domain/outbox-worker.ts';
import type { Dependencies } from './domain/ports.ts';
import { createEventDelivery } from './providers/events.ts';
import { createMessaging } from './providers/messaging.ts';
import type { Context } from './resolvers/context.ts';
import { resolvers } from './resolvers/index.ts';
import { openDatabase } from './store/client.ts';
import { createUserLoader } from './store/loaders.ts';
import { createOutboxStore } from './store/outbox.ts';
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
  const issuer = createTokenIssuer(settings.signingKey);
  const clients = {
    messaging: createServiceClient('messaging', settings.messagingUrls, issuer, settings),
    image: createServiceClient('image', settings.imageUrls, issuer, settings),
  };
  const users = createUserStore(database, {
    claimMs: settings.claimLifetimeMs,
    idempotencyMs: settings.idempotencyLifetimeMs,
  });
  const verifications = createVerificationStore(database);
  const outbox = createOutboxStore(database);
  const messagingFor = (timeoutMs: number) =>
    createMessaging(clients.messaging, { timeoutMs, maxBatchSize: settings.batchSize });

  const timeoutMs = settings.outboxTimeoutMs;
  const parts = { users, verifications, outbox, messaging: messagingFor(timeoutMs), timeoutMs };
  const worker = startOutboxWorker(
    outbox,
    {
      messaging: deliverToMessaging(parts, createEventDelivery(clients.messaging, timeoutMs)),
      image: deliverEventsTo(outbox, createEventDelivery(clients.image, timeoutMs)),
    },
    {
      pollMs: settings.outboxPollMs,
      maxBackoffMs: settings.outboxMaxBackoffMs,
      // Longer than a delivery takes even where records go alone; what a second worker offers again has no second effect.
      leaseMs: 6 * timeoutMs,
      batchSize: settings.outboxBatchSize,
    },
    (destination, failed, error) => logger.warn({ destination, failed, error: describeError(error) }, 'outbox'),
  );
  const dependencies: Dependencies = {
    users,
    verifications,
    messaging: messagingFor(settings.stepTimeoutMs),
    idempotency: createIdempotency(settings.idempotencyKey),
    limits: { createTimeoutMs: settings.createTimeoutMs, resendCoolDownMs: settings.resendCoolDownMs },
    wakeOutbox: () => worker.wake(),
  };
  const cleaning = setInterval(() => {
    users.forgetExpiredKeys().catch((error) => logger.warn({ error: describeError(error) }, 'clean-up failed'));
  }, settings.cleanUpEveryMs);

  const app = await createSubgraph<Context>({
    typeDefs: readFileSync(join(import.meta.dirname, '..', 'schema.graphql'), 'utf8'),
    resolvers,
    logger,
    verifyToken: createTokenVerifier(settings.trustedKeys, 'profile'),
    bodyLimitBytes: settings.bodyLimitBytes,
    requestBudgetMs: settings.requestTimeoutMs,
    ready: () => database.$queryRaw`SELECT 1`,
    context: (base) => ({ ...base, dependencies, loadUser: createUserLoader(users) }),
  });

  async function close(): Promise<void> {
    await app.close();
    clearInterval(cleaning);
    await worker.close();
    await Promise.all([clients.messaging.close(), clients.image.close()]);
    await database.$disconnect();
  }
  try {
    return { url: await app.listen({ host, port }), drainTimeoutMs, close };
  } catch (error) {
    await close();
    throw error;
  }
}
