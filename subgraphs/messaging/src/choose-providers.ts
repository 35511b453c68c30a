import type { MessagingSettings } from './config.ts';
import type { MessageChannel } from './domain/message.ts';
import type { MessageProvider } from './domain/ports.ts';
import { createSendGridProvider } from './providers/send-grid.ts';
import type { Database } from './store/database.ts';
import { createDeveloperInboxProvider } from './store/developer-inbox.ts';

/** The provider of each channel as the settings name them; a channel without one is absent. */
export function chooseProviders(
  settings: MessagingSettings,
  database: Database,
): Partial<Record<MessageChannel, MessageProvider>> {
  const inbox = createDeveloperInboxProvider(database);
  return {
    ...(settings.smsProvider === 'developer-inbox' ? { SMS: inbox } : {}),
    ...(settings.emailProvider === 'developer-inbox' ? { EMAIL: inbox } : {}),
    ...(settings.emailProvider === 'sendgrid' ? { EMAIL: sendGrid(settings) } : {}),
  };
}

function sendGrid({ sendGridApiKey, sendGridBaseUrl, emailFrom, emailFromName, providerTimeoutMs }: MessagingSettings) {
  if (!sendGridApiKey || !emailFrom) throw new Error('SENDGRID_API_KEY and EMAIL_FROM are required');
  return createSendGridProvider({
    apiKey: sendGridApiKey,
    baseUrl: sendGridBaseUrl,
    from: { email: emailFrom, name: emailFromName },
    timeoutMs: providerTimeoutMs,
  });
}
