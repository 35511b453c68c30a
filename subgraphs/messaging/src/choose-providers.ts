import type { MessagingSettings } from './config.ts';
import { divertTestNumbers } from './domain/divert-test-numbers.ts';
import { learnSuppressions } from './domain/learn-suppressions.ts';
import type { MessageChannel } from './domain/message.ts';
import type { MessageProvider } from './domain/ports.ts';
import type { TestNumbers } from './domain/test-numbers.ts';
import { openSendGrid, openSmtp, openTwilio } from './open-provider.ts';
import { openProviderNews } from './provider-news.ts';
import { createDeveloperInboxProvider } from './providers/developer-inbox.ts';
import type { Database } from './store/database.ts';
import { createInboxWriter } from './store/developer-inbox.ts';
import { createInboxRules } from './store/inbox-rule-store.ts';

/** The provider of each channel as the settings name them; a channel without one is absent. */
export async function chooseProviders(
  settings: MessagingSettings,
  database: Database,
  testNumbers: TestNumbers,
): Promise<Partial<Record<MessageChannel, MessageProvider>>> {
  const { suppressions, take } = openProviderNews(settings, database);
  const inbox = createDeveloperInboxProvider({
    writer: createInboxWriter(database),
    rules: createInboxRules(database),
    take,
    bounceAfterMs: settings.inboxBounceAfterMs,
  });
  const open = {
    none: () => undefined,
    'developer-inbox': () => inbox,
    sendgrid: () => openSendGrid(settings),
    smtp: () => openSmtp(settings),
    twilio: async () => learnSuppressions(await openTwilio(settings), suppressions),
  };
  const [carrier, mail] = [await open[settings.smsProvider](), await open[settings.emailProvider]()];
  const diverts = settings.mode === 'development' && carrier !== inbox;
  const sms = diverts ? divertTestNumbers(carrier, inbox, testNumbers) : carrier;
  return {
    ...(sms ? { SMS: sms } : {}),
    ...(mail ? { EMAIL: mail } : {}),
  };
}
