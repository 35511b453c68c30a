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
  const { suppressions, take } = openProviderNews(settings, database);
  const inbox = createDeveloperInboxProvider({
    writer: createInboxWriter(database),
    rules: createInboxRules(database),
    take,
    bounceAfterMs: settings.inboxBounceAfterMs,
  });
  const makers: Record<ProviderName, () => MessageProvider | Promise<MessageProvider>> = {
    'developer-inbox': () => inbox,
    sendgrid: () => openSendGrid(settings),
    smtp: () => openSmtp(settings),
    twilio: async () => learnSuppressions(await openTwilio(settings), suppressions),
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
