import type { MessagingSettings } from './config.ts';
import type { MessageChannel } from './domain/message.ts';
import type { MessageProvider } from './domain/ports.ts';
import type { TakeProviderEvents } from './domain/take-provider-events.ts';
import { createDeveloperInboxProvider } from './providers/developer-inbox.ts';
import type { Database } from './store/database.ts';
import { createInboxWriter } from './store/developer-inbox.ts';
import { createInboxRules } from './store/inbox-rule-store.ts';

/** The provider of each channel as the settings name them; a channel without one is absent. */
export async function chooseProviders(
  settings: MessagingSettings,
  database: Database,
  take: TakeProviderEvents,
): Promise<Partial<Record<MessageChannel, MessageProvider>>> {
  const inbox = createDeveloperInboxProvider({
    writer: createInboxWriter(database),
    rules: createInboxRules(database),
    take,
    bounceAfterMs: settings.inboxBounceAfterMs,
  });
  const open = {
    'developer-inbox': () => inbox,
    sendgrid: () => sendGrid(settings),
    smtp: () => smtp(settings),
    twilio: () => twilio(settings),
  };
  const { smsProvider, emailProvider } = settings;
  return {
    ...(smsProvider === 'none' ? {} : { SMS: await open[smsProvider]() }),
    ...(emailProvider === 'none' ? {} : { EMAIL: await open[emailProvider]() }),
  };
}

// Each brings a library or a pool, which only those who use it should load.

async function sendGrid(settings: MessagingSettings): Promise<MessageProvider> {
  const { createSendGridProvider } = await import('./providers/send-grid.ts');
  return createSendGridProvider({
    apiKey: given(settings.sendGridApiKey),
    baseUrl: settings.sendGridBaseUrl,
    from: { email: given(settings.emailFrom), name: settings.emailFromName },
    timeoutMs: settings.providerTimeoutMs,
    sandbox: settings.sendGridSandbox === 'true',
  });
}

async function smtp(settings: MessagingSettings): Promise<MessageProvider> {
  const { createSmtpProvider } = await import('./providers/smtp.ts');
  return createSmtpProvider({
    url: given(settings.smtpUrl),
    plaintextAllowed: settings.smtpPlaintext === 'true',
    from: { email: given(settings.emailFrom), name: settings.emailFromName },
    timeoutMs: settings.providerTimeoutMs,
    connections: settings.deliveryConcurrency,
  });
}

async function twilio(settings: MessagingSettings): Promise<MessageProvider> {
  const { createTwilioProvider } = await import('./providers/twilio.ts');
  return createTwilioProvider({
    accountSid: given(settings.twilioAccountSid),
    authToken: given(settings.twilioAuthToken),
    from: given(settings.twilioFrom),
    baseUrl: settings.twilioBaseUrl,
    statusCallbackUrl: settings.webhookPublicUrl && `${settings.webhookPublicUrl}/webhooks/twilio`,
    timeoutMs: settings.providerTimeoutMs,
    connections: settings.deliveryConcurrency,
  });
}

/** A setting that readConfig has seen to. */
function given(value: string | undefined): string {
  if (value === undefined) throw new Error('A setting of the chosen provider is missing.');
  return value;
}
