import type { KeyObject } from 'node:crypto';
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
import { readWebhookKey } from './providers/send-grid-webhook.ts';

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

  smsProvider: choice(
    'SMS_PROVIDER',
    'who carries SMS; none lets them fail',
    ['developer-inbox', 'twilio', 'none'],
    'developer-inbox',
  ),
  emailProvider: choice(
    'EMAIL_PROVIDER',
    'who carries e-mail; none lets it fail',
    ['developer-inbox', 'sendgrid', 'smtp', 'none'],
    'developer-inbox',
  ),
  sendGridApiKey: optional(secretText('SENDGRID_API_KEY', 'SendGrid’s API key; needed with EMAIL_PROVIDER=sendgrid')),
  sendGridBaseUrl: address('SENDGRID_BASE_URL', 'SendGrid’s API', 'https://api.sendgrid.com'),
  sendGridSandbox: choice(
    'SENDGRID_SANDBOX',
    'true lets SendGrid judge e-mail without sending it',
    ['true', 'false'],
    'false',
  ),
  smtpUrl: optional(smtpAddress('SMTP_URL', 'the mail server, as smtps://user:password@host:465 or smtp://…:587')),
  smtpPlaintext: choice(
    'SMTP_PLAINTEXT',
    'true lets smtp:// go on without TLS where the server has none, as mail catchers on this machine do',
    ['true', 'false'],
    'false',
  ),
  emailFrom: optional(
    emailAddress('EMAIL_FROM', 'the address that e-mail comes from; needed with EMAIL_PROVIDER=sendgrid and smtp'),
  ),
  emailFromName: text('EMAIL_FROM_NAME', 'the name that e-mail comes from', 'Atrium'),
  twilioAccountSid: optional(text('TWILIO_ACCOUNT_SID', 'the account at Twilio; needed with SMS_PROVIDER=twilio')),
  twilioAuthToken: optional(
    secretText('TWILIO_AUTH_TOKEN', 'Twilio’s auth token, which its webhooks are signed with too'),
  ),
  twilioFrom: optional(
    text('TWILIO_FROM', 'who SMS come from: a number in E.164, a sender’s name or a messaging service’s id (MG…)'),
  ),
  twilioBaseUrl: address('TWILIO_BASE_URL', 'Twilio’s API', 'https://api.twilio.com'),
  webhookPublicUrl: optional(
    address(
      'WEBHOOK_PUBLIC_URL',
      'where providers reach /webhooks, without a path: the gateway’s address; without it Twilio is asked for no news',
    ),
  ),
  sendGridWebhookKey: optional(
    webhookKey(
      'SENDGRID_WEBHOOK_KEY',
      'the verification key of SendGrid’s signed event webhook; it opens /webhooks/sendgrid',
    ),
  ),
  webhookToleranceMs: integer('WEBHOOK_TOLERANCE_MS', 'how far a webhook’s signed time may be from now', {
    fallback: 300_000,
    min: 1_000,
    productionMinimum: 10_000,
  }),
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
  inboxStatusIntervalMs: integer(
    'INBOX_STATUS_INTERVAL_MS',
    'how often inbox pages are told how far messages have come',
    {
      fallback: 1_000,
      min: 10,
    },
  ),
  inboxLongestWaitMs: integer('INBOX_LONGEST_WAIT_MS', 'how long GET /inbox/messages waits at most', {
    fallback: 30_000,
    min: 1,
    max: 30_000,
  }),
  inboxBounceAfterMs: integer(
    'INBOX_BOUNCE_AFTER_MS',
    'how long after its arrival a message bounces by a rule of the inbox',
    {
      fallback: 1_000,
      min: 1,
    },
  ),
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
  faults.push(...missingFor(read));
  if (faults.length > 0) throw new SettingsError(faults);
  return read;
}

/** What the chosen providers need and were not given. */
function missingFor(read: MessagingSettings): string[] {
  const needs = [
    [read.emailProvider === 'sendgrid', 'SENDGRID_API_KEY', read.sendGridApiKey],
    [read.emailProvider === 'smtp', 'SMTP_URL', read.smtpUrl],
    [read.emailProvider === 'sendgrid' || read.emailProvider === 'smtp', 'EMAIL_FROM', read.emailFrom],
    [read.smsProvider === 'twilio', 'TWILIO_ACCOUNT_SID', read.twilioAccountSid],
    [read.smsProvider === 'twilio', 'TWILIO_AUTH_TOKEN', read.twilioAuthToken],
    [read.smsProvider === 'twilio', 'TWILIO_FROM', read.twilioFrom],
  ] as const;
  return needs.flatMap(([needed, name, value]) =>
    needed && value === undefined ? [`${name}: is required with the chosen provider`] : [],
  );
}

function emailAddress(env: string, meaning: string): Setting<string> {
  return { env, meaning, schema: z.email('must be an e-mail address') };
}

/** Public, but read at once, so that a wrong one is found at the start. */
function webhookKey(env: string, meaning: string): Setting<KeyObject> {
  const schema = z.string().transform((base64, context): KeyObject => {
    try {
      return readWebhookKey(base64);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be the key as SendGrid shows it' });
      return z.NEVER;
    }
  });
  return { env, meaning, schema };
}

/** The address holds a password, so it is a secret. */
function smtpAddress(env: string, meaning: string): Setting<string> {
  const schema = z.url({ protocol: /^smtps?$/, message: 'must be an smtp(s) address' });
  return { env, meaning, secret: true, schema };
}
