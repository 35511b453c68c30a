import {
  addresses,
  callSettings,
  commonSettings,
  integer,
  type Settings,
  type SettingsDefinition,
  secretKey,
} from '@atrium/service-kit';

/** What the Profile process is told. */
export const settings = {
  ...commonSettings,
  ...callSettings,
  port: integer('PORT', 'the port to listen on', { fallback: 4001, max: 65_535 }),
  messagingUrls: addresses('MESSAGING_URL', 'where Messaging is reached'),
  imageUrls: addresses('IMAGE_URL', 'where Image is reached, to tell it of deleted users'),
  idempotencyKey: secretKey('IDEMPOTENCY_HMAC_KEY', 'keys the hashes of idempotency keys and their inputs'),
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
  outboxPollMs: integer('OUTBOX_POLL_MS', 'how often the outbox looks for what became due', {
    fallback: 1_000,
    min: 10,
    productionMinimum: 100,
  }),
  outboxMaxBackoffMs: integer('OUTBOX_MAX_BACKOFF_MS', 'the longest pause between two tries of one outbox record', {
    fallback: 30_000,
    min: 10,
    productionMinimum: 1_000,
  }),
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
  cleanUpEveryMs: integer('CLEAN_UP_EVERY_MS', 'how often expired idempotency keys are removed', {
    fallback: 600_000,
    min: 100,
    productionMinimum: 10_000,
  }),
} satisfies SettingsDefinition;

/** The settings as Profile's code reads them. */
export type ProfileSettings = Settings<typeof settings>;
