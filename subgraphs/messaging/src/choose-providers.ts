import type { MessagingSettings } from './config.ts';
import { divertTestNumbers } from './domain/divert-test-numbers.ts';
import type { MessageChannel } from './domain/message.ts';
import type { MessageProvider } from './domain/ports.ts';
import type { TestNumbers } from './domain/test-numbers.ts';
import type { Database } from './store/database.ts';
import { createDeveloperInboxProvider } from './store/developer-inbox.ts';

/** Each channel's providers, the preferred one first. */
export type ChosenProviders = Readonly<Record<MessageChannel, readonly MessageProvider[]>>;

type ProviderName = MessagingSettings['smsProviders' | 'emailProviders'][number];

/**
 * The providers of each channel as the settings name them; one that serves both channels is one. In development test
 * numbers are the developer inbox's, whoever the providers are.
 */
export async function chooseProviders(
  settings: MessagingSettings,
  database: Database,
  testNumbers: TestNumbers,
): Promise<ChosenProviders> {
  const inbox = createDeveloperInboxProvider(database);
  const makers: Record<ProviderName, () => MessageProvider | Promise<MessageProvider>> = {
    'developer-inbox': () => inbox,
    sendgrid: () => sendGrid(settings),
  };
  const made = new Map<ProviderName, MessageProvider>();
  for (const name of new Set([...settings.smsProviders, ...settings.emailProviders])) {
    made.set(name, await makers[name]());
  }
  const inOrder = (names: readonly ProviderName[]) => names.flatMap((name) => made.get(name) ?? []);
  const divert = (carrier: MessageProvider | undefined) =>
    carrier === inbox ? inbox : divertTestNumbers(carrier, inbox, testNumbers);
  const sms = inOrder(settings.smsProviders);
  const diverted = sms.length > 0 ? sms.map(divert) : [divert(undefined)];
  return { SMS: settings.mode === 'development' ? diverted : sms, EMAIL: inOrder(settings.emailProviders) };
}

async function sendGrid(settings: MessagingSettings): Promise<MessageProvider> {
  const { sendGridApiKey, sendGridBaseUrl, emailFrom, emailFromName, providerTimeoutMs } = settings;
  if (!sendGridApiKey || !emailFrom) throw new Error('SENDGRID_API_KEY and EMAIL_FROM are required');
  // Its library takes a tenth of a second to load, which only those who use it should pay.
  const { createSendGridProvider } = await import('./providers/send-grid.ts');
  return createSendGridProvider({
    apiKey: sendGridApiKey,
    baseUrl: sendGridBaseUrl,
    from: { email: emailFrom, name: emailFromName },
    timeoutMs: providerTimeoutMs,
  });
}
