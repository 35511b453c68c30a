import {
  addresses,
  admissionSettings,
  callSettings,
  choice,
  commonSettings,
  integer,
  list,
  readSettings,
  type Setting,
  type Settings,
  type SettingsDefinition,
  SettingsError,
  secretKey,
  secretKeys,
} from '@atrium/service-kit';
import { z } from 'zod';
import { canonicalLocale, isOperation } from './domain/template.ts';
import { inboxSettings, missingSettings, providerSettings } from './provider-settings.ts';
import { sendSettings } from './send-settings.ts';
import { dayPart, dayPartsByCountry, numbersByName, providers } from './setting-kinds.ts';

/** How many messages a provider is handed at once where its own number is not set. */
export const defaultProviderConcurrency = 50;

/** Settings that were, and where to say now what they said. */
const retired = {
  PHONE_NUMBER_ALLOWED_TYPES: 'npm run phone-policy -- allow type VOIP',
  PHONE_NUMBER_DENIED_COUNTRIES: 'npm run phone-policy -- deny country KP',
  PHONE_NUMBER_DENIED_PREFIXES: 'npm run phone-policy -- deny prefix +88216',
};

const day = 24 * 60 * 60 * 1_000;

/** What Messaging is told. */
export const settings = {
  ...commonSettings,
  ...callSettings,
  ...admissionSettings,
  port: integer('PORT', 'the port to listen on; 0 takes a free one', { fallback: 4003, max: 65_535 }),
  profileUrls: addresses('PROFILE_URL', 'where Profile is', 'http://127.0.0.1:4001'),
  profileTimeoutMs: integer('PROFILE_TIMEOUT_MS', 'how long Profile may take to name a contact', {
    fallback: 500,
    min: 1,
  }),
  requestBudgetMs: integer('REQUEST_BUDGET_MS', 'how long a request may take', { fallback: 10_000, min: 1 }),
  bodyLimitBytes: integer('BODY_LIMIT_BYTES', 'the largest request body', { fallback: 2 * 1024 * 1024, min: 1_024 }),

  codeHmacKeys: secretKeys('CODE_HMAC_KEY', 'keys the hashes of one-time codes'),
  numberHmacKey: secretKey(
    'NUMBER_HMAC_KEY',
    'keys the hashes of phone numbers and e-mail addresses in budgets, challenges and lists; it never changes',
  ),
  messageSealKey: secretKey('MESSAGE_SEAL_KEY', 'seals the texts of messages that wait'),
  idempotencyHmacKey: secretKey('IDEMPOTENCY_HMAC_KEY', 'keys the hashes of inputs that an idempotency key stands for'),
  codeLifetimeMs: integer('CODE_LIFETIME_MS', 'how long a one-time code is accepted', {
    fallback: 600_000,
    min: 1,
    productionMinimum: 60_000,
  }),
  deadCodeMemoryMs: integer(
    'DEAD_CODE_MEMORY_MS',
    'how long after its end a code is told from one that was never sent; then its hash is erased',
    { fallback: day, min: 0, productionMinimum: 3_600_000 },
  ),
  codeMaxTries: integer('CODE_MAX_TRIES', 'wrong guesses that end a code', { fallback: 5, min: 1, max: 10 }),
  codeCoolDownMs: integer(
    'CODE_COOL_DOWN_MS',
    'how long after a code no other one is sent to the same number or address',
    {
      fallback: 60_000,
      min: 0,
      productionMinimum: 30_000,
    },
  ),
  guessBudget: integer(
    'CODE_GUESS_BUDGET',
    'guesses at the codes of one number or address within the window, whoever guesses and for whatever code',
    { fallback: 20, min: 1, max: 1_000 },
  ),
  guessWindowMs: integer('CODE_GUESS_WINDOW_MS', 'how long a guess counts against its number', {
    fallback: 86_400_000,
    min: 1,
    max: 604_800_000,
    productionMinimum: 3_600_000,
  }),

  ...sendSettings,

  phonePolicyRefreshMs: integer(
    'PHONE_POLICY_REFRESH_MS',
    'how old the phone policy in memory may become where nobody tells of changes; else they count at once',
    { fallback: 60_000, min: 10, max: 3_600_000, productionMinimum: 1_000 },
  ),
  testNumberCode: {
    env: 'TEST_NUMBER_CODE',
    meaning:
      'the code that proves every test number; there are none, and it must not be set, without ATRIUM_MODE=development',
    schema: z.string().regex(/^\d{6}$/, 'must be six digits'),
    fallback: '000000',
  },

  defaultLocale: locale(
    'DEFAULT_LOCALE',
    'the language to write in where there is no text in the reader’s, as BCP 47',
    'en',
  ),
  templatesMax: integer('TEMPLATES_MAX', 'how many message templates may be kept', { fallback: 1_000, min: 1 }),
  templateHeartbeatMs: integer(
    'TEMPLATE_HEARTBEAT_MS',
    'how often the database is asked whether changes of templates are still told',
    { fallback: 400, min: 10, max: 800 },
  ),

  smsMaxSegments: integer('SMS_MAX_SEGMENTS', 'how many segments an SMS of sendMessage may take', {
    fallback: 10,
    min: 1,
    max: 255,
  }),

  smsProviders: providers('SMS_PROVIDERS', 'SMS', ['developer-inbox', 'twilio']),
  emailProviders: providers('EMAIL_PROVIDERS', 'e-mail', ['developer-inbox', 'sendgrid', 'smtp']),
  ...providerSettings,
  providerTimeoutMs: integer('PROVIDER_TIMEOUT_MS', 'how long a provider may take to accept a message', {
    fallback: 6_000,
    min: 1,
    productionMinimum: 500,
  }),

  providerConcurrencies: numbersByName(
    'PROVIDER_CONCURRENCIES',
    `messages that a worker hands to a provider at once: sendgrid=20; ${defaultProviderConcurrency} for one that is not named`,
  ),
  providerRates: numbersByName(
    'PROVIDER_RATES',
    'messages a second that a worker hands to a provider: sendgrid=100; no limit for one that is not named',
  ),
  providerBreakerFailures: integer(
    'PROVIDER_BREAKER_FAILURES',
    'failures in a row after which a provider is left alone and the next one stands in',
    { fallback: 5, min: 1, max: 1_000 },
  ),
  providerBreakerProbeMs: integer(
    'PROVIDER_BREAKER_PROBE_MS',
    'how soon and how often one message tries whether such a provider is back',
    { fallback: 2_000, min: 1, productionMinimum: 100 },
  ),

  deliveryWorker: choice(
    'DELIVERY_WORKER',
    'where messages are delivered: inside the service, or apart, by processes of `npm run worker`',
    ['inside', 'apart'],
    'inside',
  ),
  workerPort: integer(
    'WORKER_PORT',
    'the port on which a worker apart shows its health and metrics; 0 takes a free one',
    {
      fallback: 4013,
      max: 65_535,
    },
  ),
  deliveryConcurrency: integer(
    'DELIVERY_CONCURRENCY',
    'messages that a worker has in hand at once, of each channel and urgency',
    { fallback: 100, min: 1, max: 2_000 },
  ),
  deliveryMaxAttempts: integer(
    'DELIVERY_MAX_ATTEMPTS',
    'tries until a message fails; one counts for each provider asked',
    {
      fallback: 8,
      min: 1,
      max: 25,
    },
  ),
  deliveryMaxAgeMs: integer(
    'DELIVERY_MAX_AGE_MS',
    'how long a message that could be sent waits for a provider until it fails',
    { fallback: day, min: 1, productionMinimum: 60_000 },
  ),
  deliveryFirstPauseMs: integer(
    'DELIVERY_FIRST_PAUSE_MS',
    'the longest pause after the first failed try; each next one is twice as long',
    {
      fallback: 2_000,
      min: 1,
      productionMinimum: 500,
    },
  ),
  deliveryLongestPauseMs: integer('DELIVERY_LONGEST_PAUSE_MS', 'the longest pause between tries', {
    fallback: 600_000,
    min: 1,
    productionMinimum: 10_000,
  }),
  rollUpEveryMs: integer('ROLL_UP_EVERY_MS', 'how often what was counted is folded into the daily counts of messages', {
    fallback: 10_000,
    min: 10,
    productionMinimum: 1_000,
  }),
  failedTextLifetimeMs: integer(
    'FAILED_TEXT_LIFETIME_MS',
    'how long the sealed text of a failed message is kept, so that it can be replayed; codes are not kept',
    { fallback: 7 * day, min: 1, productionMinimum: 3_600_000 },
  ),
  quietHours: dayPart(
    'QUIET_HOURS',
    'when SMS that can wait are held back, by the clock of the number’s country; or none',
    '21:00-08:00',
  ),
  quietHoursByCountry: dayPartsByCountry(
    'QUIET_HOURS_BY_COUNTRY',
    'the same for some countries: IN=21:00-10:00,US=none',
  ),
  criticalOperations: list(
    'QUIET_HOURS_CRITICAL_OPERATIONS',
    'operations that are sent at any hour, beside those that carry a code',
    z.string().refine(isOperation, 'must be operations such as PHONE_CHANGED'),
    'PHONE_VERIFICATION,LOGIN_CODE,PHONE_CHANGED,ACCOUNT_DELETED,WELCOME',
  ),
  rescueIntervalMs: integer('RESCUE_INTERVAL_MS', 'how often the jobs of dead workers are looked for', {
    fallback: 10_000,
    min: 10,
    productionMinimum: 1_000,
  }),
  inboxHeartbeatMs: integer('INBOX_HEARTBEAT_MS', 'the pause between signs of life to inbox pages', {
    fallback: 15_000,
    min: 10,
  }),
  ...inboxSettings,
} satisfies SettingsDefinition;

/** Messaging's settings, read. */
export type MessagingSettings = Settings<typeof settings>;

/** Reads the settings, and refuses combinations of them that cannot work. */
export function readConfig(env: NodeJS.ProcessEnv): MessagingSettings {
  const read = readSettings(settings, env);
  const faults: string[] = [];
  for (const [name, chosen] of [
    ['SMS_PROVIDERS', read.smsProviders],
    ['EMAIL_PROVIDERS', read.emailProviders],
  ] as const) {
    if (chosen.some((provider) => provider === 'developer-inbox') && read.mode !== 'development') {
      faults.push(
        `${name}: developer-inbox shows codes to anyone and needs ATRIUM_MODE=development; choose another provider`,
      );
    }
  }
  faults.push(...missingSettings([...read.smsProviders, ...read.emailProviders], read));
  // A policy that silently counts no more would open what it had closed.
  for (const [name, command] of Object.entries(retired)) {
    if (env[name]) faults.push(`${name}: is no setting any more; the policy is kept in the database: ${command}`);
  }
  if (env.TEST_NUMBER_CODE && read.mode !== 'development') {
    faults.push('TEST_NUMBER_CODE: a code that anyone knows needs ATRIUM_MODE=development; leave it out');
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return read;
}

function locale(env: string, meaning: string, fallback: string): Setting<string> {
  const judged = z.string().refine((tag) => canonicalLocale(tag) === tag, 'must be a language tag such as en or pt-BR');
  return { env, meaning, fallback, schema: judged };
}
