import {
  addresses,
  admissionSettings,
  callSettings,
  commonSettings,
  eventSubscribers,
  integer,
  optional,
  type Settings,
  type SettingsDefinition,
  secretKey,
  secretText,
} from '@atrium/service-kit';
import { eventTypes, isServiceName } from './domain/subscriptions.ts';

/** What the Profile process is told. */
export const settings = {
  ...commonSettings,
  ...callSettings,
  ...admissionSettings,
  port: integer('PORT', 'the port to listen on', { fallback: 4001, max: 65_535 }),
  messagingUrls: addresses('MESSAGING_URL', 'where Messaging is reached'),
  imageUrls: addresses('IMAGE_URL', 'where Image is reached, to tell it of deleted users'),
  idempotencyKey: secretKey(
    'IDEMPOTENCY_HMAC_KEY',
    'keys the hashes of idempotency keys and their inputs, and seals the cursors of users',
  ),
  idempotencyLifetimeMs: integer('IDEMPOTENCY_LIFETIME_MS', 'how long an idempotency key keeps its one effect', {
    fallback: 24 * 3_600_000,
    min: 1,
    productionMinimum: 3_600_000,
  }),
  claimLifetimeMs: integer('CLAIM_LIFETIME_MS', 'how long a phone number is held for a user who has not proved it', {
    fallback: 24 * 3_600_000,
    min: 1,
    productionMinimum: 3_600_000,
  }),
  stepTimeoutMs: integer('STEP_TIMEOUT_MS', 'how long a request waits for one answer of Messaging', {
    fallback: 500,
    min: 10,
    productionMinimum: 100,
  }),
  createTimeoutMs: integer(
    'CREATE_TIMEOUT_MS',
    'how long createUser, and what else has a code sent, may take in all before it leaves the code for later',
    {
      fallback: 3_000,
      min: 10,
      productionMinimum: 500,
    },
  ),
  takenNumberAnswers: integer(
    'TAKEN_BUDGET_NUMBER',
    'how often a day it is told of a number that it is taken; then nothing is told of it any more',
    { fallback: 10, min: 1 },
  ),
  takenNumberWindowMs: integer('TAKEN_BUDGET_NUMBER_WINDOW_MS', 'how long that day is', {
    fallback: 86_400_000,
    min: 1,
    productionMinimum: 3_600_000,
  }),
  takenCallerAnswers: integer(
    'TAKEN_BUDGET_CALLER',
    'how often an hour a client is told that a number is taken; then it creates nobody, for that would tell as well',
    { fallback: 1_000, min: 1 },
  ),
  takenCallerWindowMs: integer('TAKEN_BUDGET_CALLER_WINDOW_MS', 'how long that hour is', {
    fallback: 3_600_000,
    min: 1,
    productionMinimum: 600_000,
  }),
  resendCoolDownMs: integer('RESEND_COOL_DOWN_MS', 'how long after a code another one may be asked for', {
    fallback: 60_000,
    min: 0,
    productionMinimum: 30_000,
  }),
  requestTimeoutMs: integer('REQUEST_TIMEOUT_MS', 'how long a request may take when its caller does not say', {
    fallback: 10_000,
    min: 100,
    productionMinimum: 1_000,
  }),
  bodyLimitBytes: integer('BODY_LIMIT_BYTES', 'the largest request body taken in', {
    fallback: 4 * 1024 * 1024,
    min: 1_024,
  }),
  batchSize: integer('MESSAGING_BATCH_SIZE', 'how many calls to Messaging travel as one at most', {
    fallback: 100,
    min: 1,
    max: 1_000,
  }),
  writeBufferSize: integer(
    'WRITE_BUFFER_SIZE',
    'how many creates, and how many updates, may wait for their commit; more are OVERLOADED',
    { fallback: 10_000, min: 100 },
  ),
  outboxPollMs: integer('OUTBOX_POLL_MS', 'how often the outbox looks for what became due', {
    fallback: 1_000,
    min: 10,
    productionMinimum: 100,
  }),
  outboxMaxBackoffMs: integer(
    'OUTBOX_MAX_BACKOFF_MS',
    'the longest pause before a subscriber that is away or unwell is tried again',
    { fallback: 5_000, min: 10, productionMinimum: 1_000 },
  ),
  outboxMaxRefusedBackoffMs: integer(
    'OUTBOX_MAX_REFUSED_BACKOFF_MS',
    'the longest pause between two tries for a record that its subscriber finds fault with',
    { fallback: 60_000, min: 10, productionMinimum: 1_000 },
  ),
  outboxMaxRefusals: integer(
    'OUTBOX_MAX_REFUSALS',
    'how often such a record is offered before it becomes a dead letter',
    { fallback: 20, min: 1, max: 1_000, productionMinimum: 5 },
  ),
  outboxMaxAgeMs: integer(
    'OUTBOX_MAX_AGE_MS',
    'how long a record waits for its subscriber, whatever the reason, before it becomes a dead letter',
    { fallback: 7 * 24 * 3_600_000, min: 1_000, productionMinimum: 3_600_000 },
  ),
  outboxTimeoutMs: integer('OUTBOX_TIMEOUT_MS', 'how long one delivery of the outbox may take', {
    fallback: 5_000,
    min: 100,
    productionMinimum: 1_000,
  }),
  outboxBatchSize: integer('OUTBOX_BATCH_SIZE', 'how many outbox records travel as one', {
    fallback: 100,
    min: 1,
    max: 1_000,
  }),
  userCacheBytes: integer('USER_CACHE_BYTES', 'memory for the most frequent users, in bytes', {
    fallback: 64 * 1024 * 1024,
    min: 256 * 1024,
  }),
  userCacheMaxAgeMs: integer(
    'USER_CACHE_MAX_AGE_MS',
    'how long ago the database must have confirmed what is remembered of a user; else reads go to the database',
    { fallback: 400, min: 50, max: 450 },
  ),
  userCacheHeartbeatMs: integer('USER_CACHE_HEARTBEAT_MS', 'how often the database is asked to confirm it', {
    fallback: 100,
    min: 10,
    max: 200,
  }),
  databaseReplicaUrl: optional(
    secretText(
      'DATABASE_REPLICA_URL',
      'one streaming replica of the database; users are read there where it is not older than USER_CACHE_MAX_AGE_MS',
    ),
  ),
  eventSubscribers: eventSubscribers(
    'EVENT_SUBSCRIBERS',
    'who hears of users besides the sisters, such as a bridge to NATS or Kafka: `name=address` with commas between, to which batches of CloudEvents are POSTed; `name:user.created+user.deleted=address` for some events only',
    eventTypes,
    isServiceName,
  ),
  cleanUpEveryMs: integer(
    'CLEAN_UP_EVERY_MS',
    'how often expired idempotency keys and audit lines are removed and records that waited too long laid aside',
    { fallback: 600_000, min: 100, productionMinimum: 10_000 },
  ),
  tombstoneLifetimeMs: integer(
    'TOMBSTONE_LIFETIME_MS',
    'how long the audit line of a deleted user is kept: their id, when and by which client',
    { fallback: 1_826 * 24 * 3_600_000, min: 1, productionMinimum: 30 * 24 * 3_600_000 },
  ),
  rollUpEveryMs: integer('ROLL_UP_EVERY_MS', 'how often what was counted is folded into the daily counts of users', {
    fallback: 10_000,
    min: 10,
    productionMinimum: 1_000,
  }),
  searchConnections: integer('SEARCH_CONNECTIONS', 'connections kept to the database for lists and searches of users', {
    fallback: 5,
    min: 1,
    max: 1_000,
  }),
  searchTimeoutMs: integer('SEARCH_TIMEOUT_MS', 'how long the database may take for a list or search of users', {
    fallback: 2_000,
    min: 1,
    productionMinimum: 100,
  }),
  forgetWordsEveryMs: integer('FORGET_WORDS_EVERY_MS', 'how often words that nobody is called any more are forgotten', {
    fallback: 2_000,
    min: 10,
    productionMinimum: 1_000,
  }),
} satisfies SettingsDefinition;

/** The settings as Profile's code reads them. */
export type ProfileSettings = Settings<typeof settings>;
