import type { MessagingSettings } from './config.ts';
import type { MessageChannel } from './domain/message.ts';
import type { MessageProvider } from './domain/ports.ts';
import type { TakeProviderEvents } from './domain/take-provider-events.ts';
import { openSendGrid, openSmtp, openTwilio } from './open-provider.ts';
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
    sendgrid: () => openSendGrid(settings),
    smtp: () => openSmtp(settings),
    twilio: () => openTwilio(settings),
  };
  const { smsProvider, emailProvider } = settings;
  return {
    ...(smsProvider === 'none' ? {} : { SMS: await open[smsProvider]() }),
    ...(emailProvider === 'none' ? {} : { EMAIL: await open[emailProvider]() }),
  };
}
