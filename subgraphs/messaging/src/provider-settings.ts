import type { KeyObject } from 'node:crypto';
import {
  address,
  choice,
  integer,
  optional,
  type Setting,
  type Settings,
  type SettingsDefinition,
  secretText,
  text,
} from '@atrium/service-kit';
import { z } from 'zod';
import { readWebhookKey } from './providers/send-grid-webhook.ts';

/** What providers and their webhooks need; only the chosen ones' must be given. */
export const providerSettings = {
  sendGridApiKey: optional(
    secretText('SENDGRID_API_KEY', 'SendGrid’s API key; needed with sendgrid among EMAIL_PROVIDERS'),
  ),
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
    emailAddress(
      'EMAIL_FROM',
      'the address that e-mail comes from; needed with sendgrid and smtp among EMAIL_PROVIDERS',
    ),
  ),
  emailFromName: text('EMAIL_FROM_NAME', 'the name that e-mail comes from', 'Atrium'),
  twilioAccountSid: optional(
    text('TWILIO_ACCOUNT_SID', 'the account at Twilio; needed with twilio among SMS_PROVIDERS'),
  ),
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
} satisfies SettingsDefinition;

/** How the developer inbox behaves. */
export const inboxSettings = {
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

/** Providers' settings, read. */
export type ProviderSettings = Settings<typeof providerSettings>;

/** A fault for each setting that the chosen providers need and were not given. */
export function missingSettings(chosen: readonly string[], read: ProviderSettings): string[] {
  const sendsMail = chosen.includes('sendgrid') || chosen.includes('smtp');
  const needs = [
    [chosen.includes('sendgrid'), 'SENDGRID_API_KEY', read.sendGridApiKey],
    [chosen.includes('smtp'), 'SMTP_URL', read.smtpUrl],
    [sendsMail, 'EMAIL_FROM', read.emailFrom],
    [chosen.includes('twilio'), 'TWILIO_ACCOUNT_SID', read.twilioAccountSid],
    [chosen.includes('twilio'), 'TWILIO_AUTH_TOKEN', read.twilioAuthToken],
    [chosen.includes('twilio'), 'TWILIO_FROM', read.twilioFrom],
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
