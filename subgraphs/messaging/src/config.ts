import {
  address,
  addresses,
  admissionSettings,
  callSettings,
  choice,
  commonSettings,
  integer,
  list,
  optional,
  readSettings,
  type Setting,
  type Settings,
  type SettingsDefinition,
  SettingsError,
  secretKey,
  secretText,
  text,
} from '@atrium/service-kit';
import { z } from 'zod';
import type { PhoneNumberType } from './domain/judge-phone-number.ts';
import { canonicalLocale } from './domain/template.ts';

const phoneNumberTypes = [
  'MOBILE',
  'FIXED_LINE',
  'FIXED_LINE_OR_MOBILE',
  'PREMIUM_RATE',
  'TOLL_FREE',
  'SHARED_COST',
  'VOIP',
  'PERSONAL_NUMBER',
  'PAGER',
  'UAN',
  'VOICEMAIL',
] as const satisfies PhoneNumberType[];

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

  codeHmacKey: secretKey('CODE_HMAC_KEY', 'keys the hashes of one-time codes and phone numbers'),
  messageSealKey: secretKey('MESSAGE_SEAL_KEY', 'seals the texts of messages that wait'),
  idempotencyHmacKey: secretKey('IDEMPOTENCY_HMAC_KEY', 'keys the hashes of inputs that an idempotency key stands for'),
  codeLifetimeMs: integer('CODE_LIFETIME_MS', 'how long a one-time code is accepted', {
    fallback: 600_000,
    min: 1,
    productionMinimum: 60_000,
  }),
  codeMaxTries: integer('CODE_MAX_TRIES', 'wrong guesses that end a code', { fallback: 5, min: 1, max: 10 }),

  allowedTypes: list(
    'PHONE_NUMBER_ALLOWED_TYPES',
    'kinds of line that are served; one whose plan does not tell its kind is served as well',
    z.enum(phoneNumberTypes),
    'MOBILE,FIXED_LINE_OR_MOBILE',
  ),
  deniedCountries: list(
    'PHONE_NUMBER_DENIED_COUNTRIES',
    'countries whose numbers are not served, as ISO 3166-1 alpha-2: KP,CU',
    z.string().regex(/^[A-Z]{2}$/, 'must be codes such as KP'),
  ),
  deniedPrefixes: list(
    'PHONE_NUMBER_DENIED_PREFIXES',
    'beginnings of numbers that are not served, in E.164: +88216,+4470',
    z.string().regex(/^\+\d{1,15}$/, 'must be beginnings such as +4470'),
  ),

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

  smsProvider: choice(
    'SMS_PROVIDER',
    'who carries SMS; none lets them fail',
    ['developer-inbox', 'none'],
    'developer-inbox',
  ),
  emailProvider: choice(
    'EMAIL_PROVIDER',
    'who carries e-mail; none lets it fail',
    ['developer-inbox', 'sendgrid', 'none'],
    'developer-inbox',
  ),
  sendGridApiKey: optional(secretText('SENDGRID_API_KEY', 'SendGrid’s API key; needed with EMAIL_PROVIDER=sendgrid')),
  sendGridBaseUrl: address('SENDGRID_BASE_URL', 'SendGrid’s API', 'https://api.sendgrid.com'),
  emailFrom: optional(
    emailAddress('EMAIL_FROM', 'the address that e-mail comes from; needed with EMAIL_PROVIDER=sendgrid'),
  ),
  emailFromName: text('EMAIL_FROM_NAME', 'the name that e-mail comes from', 'Atrium'),
  providerTimeoutMs: integer('PROVIDER_TIMEOUT_MS', 'how long a provider may take to accept a message', {
    fallback: 6_000,
    min: 1,
  }),

  deliveryConcurrency: integer('DELIVERY_CONCURRENCY', 'messages handed to providers at once', {
    fallback: 25,
    min: 1,
    max: 200,
  }),
  deliveryMaxAttempts: integer('DELIVERY_MAX_ATTEMPTS', 'tries until a message fails', {
    fallback: 8,
    min: 1,
    max: 25,
  }),
  deliveryFirstPauseMs: integer(
    'DELIVERY_FIRST_PAUSE_MS',
    'the pause after the first failed try; each next one is twice as long',
    {
      fallback: 2_000,
      min: 1,
      productionMinimum: 500,
    },
  ),
  deliveryLongestPauseMs: integer('DELIVERY_LONGEST_PAUSE_MS', 'the longest pause between tries', {
    fallback: 600_000,
    min: 1,
  }),
  rescueIntervalMs: integer('RESCUE_INTERVAL_MS', 'how often the jobs of dead workers are looked for', {
    fallback: 10_000,
    min: 10,
    productionMinimum: 1_000,
  }),
  inboxHeartbeatMs: integer('INBOX_HEARTBEAT_MS', 'the pause between signs of life to inbox pages', {
    fallback: 15_000,
    min: 10,
  }),
} satisfies SettingsDefinition;

/** Messaging's settings, read. */
export type MessagingSettings = Settings<typeof settings>;

/** Reads the settings, and refuses combinations of them that cannot work. */
export function readConfig(env: NodeJS.ProcessEnv): MessagingSettings {
  const read = readSettings(settings, env);
  const faults: string[] = [];
  for (const [name, provider] of [
    ['SMS_PROVIDER', read.smsProvider],
    ['EMAIL_PROVIDER', read.emailProvider],
  ]) {
    if (provider === 'developer-inbox' && read.mode !== 'development') {
      faults.push(
        `${name}: developer-inbox shows codes to anyone and needs ATRIUM_MODE=development; choose another provider`,
      );
    }
  }
  if (read.emailProvider === 'sendgrid') {
    if (!read.sendGridApiKey) faults.push('SENDGRID_API_KEY: is required with EMAIL_PROVIDER=sendgrid');
    if (!read.emailFrom) faults.push('EMAIL_FROM: is required with EMAIL_PROVIDER=sendgrid');
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return read;
}

function locale(env: string, meaning: string, fallback: string): Setting<string> {
  const judged = z.string().refine((tag) => canonicalLocale(tag) === tag, 'must be a language tag such as en or pt-BR');
  return { env, meaning, fallback, schema: judged };
}

/** Words with commas between them; none where it is not set. */
function emailAddress(env: string, meaning: string): Setting<string> {
  return { env, meaning, schema: z.email('must be an e-mail address') };
}
