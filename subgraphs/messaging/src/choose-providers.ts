import type { MessagingSettings } from './config.ts';
import { divertTestNumbers } from './domain/divert-test-numbers.ts';
import type { MessageChannel } from './domain/message.ts';
import type { MessageProvider } from './domain/ports.ts';
import type { TestNumbers } from './domain/test-numbers.ts';
import type { Database } from './store/database.ts';
import { createDeveloperInboxProvider } from './store/developer-inbox.ts';

/** The provider of each channel as the settings name them; a channel without one is absent. */
export async function chooseProviders(
  settings: MessagingSettings,
  database: Database,
  testNumbers: TestNumbers,
): Promise<Partial<Record<MessageChannel, MessageProvider>>> {
  const inbox = createDeveloperInboxProvider(database);
  const carrier = settings.smsProvider === 'developer-inbox' ? inbox : undefined;
  const diverts = settings.mode === 'development' && carrier !== inbox;
  const sms = diverts ? divertTestNumbers(carrier, inbox, testNumbers) : carrier;
  return {
    ...(sms ? { SMS: sms } : {}),
    ...(settings.emailProvider === 'developer-inbox' ? { EMAIL: inbox } : {}),
    ...(settings.emailProvider === 'sendgrid' ? { EMAIL: await sendGrid(settings) } : {}),
  };
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
